// Shows drawings. The page says what to show in data attributes:
//   [data-diagram]              one picture with its tools
//   [data-src]                  a drawing of it: where the file is, data-active and data-passed element ids
//   template[data-xml]          or the file itself
//   [data-canvas]               where it is drawn
//   [data-element="id"]         in the page: a press marks the element in the picture
"use strict";

(() => {
  const STEP = 60;
  const MARGIN = 24;
  const LEGIBLE = 0.7; // below it, the words of a step cannot be read without effort
  const READING = 0.85;

  class Picture {
    constructor(root) {
      this.root = root;
      this.canvasElement = root.querySelector("[data-canvas]");
      this.tools = root.querySelector(".diagram-tools");
      this.sources = [...root.querySelectorAll("[data-src]")];
      this.viewer = new BpmnJS({ container: this.canvasElement });
      this.viewer.on("element.click", ({ element }) => this.tell(element));
      this.listen();
    }

    get canvas() {
      return this.viewer.get("canvas");
    }

    listen() {
      for (const source of this.sources) {
        source.addEventListener("click", () => this.show(source));
      }
      this.tools?.addEventListener("click", (event) => {
        const wanted = event.target.closest("[data-zoom]")?.dataset.zoom;
        if (wanted) this.zoom(wanted);
      });
      this.canvasElement.addEventListener("keydown", (event) => this.key(event));
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const moves = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
      if (moves[event.key]) this.canvas.scroll({ dx: moves[event.key][0], dy: moves[event.key][1] });
      else if (event.key === "+" || event.key === "=") this.zoom("in");
      else if (event.key === "-") this.zoom("out");
      else if (event.key === "0") this.zoom("fit");
      else return;
      event.preventDefault();
    }

    async begin() {
      const embedded = this.root.querySelector("template[data-xml]");
      if (embedded) return this.draw(embedded.content.textContent, { active: "", passed: "" });
      return this.show(this.sources.find((s) => s.getAttribute("aria-pressed") === "true") ?? this.sources[0]);
    }

    async show(source) {
      for (const other of this.sources) {
        other.setAttribute("aria-pressed", other === source ? "true" : "false");
        other.classList.toggle("open", other === source);
      }
      const answer = await fetch(source.dataset.src, { credentials: "same-origin" });
      if (!answer.ok) return this.fail();
      return this.draw(await answer.text(), source.dataset);
    }

    async draw(xml, { active, passed }) {
      try {
        await this.viewer.importXML(xml);
      } catch {
        return this.fail();
      }
      this.active = (active ?? "").split(" ").filter(Boolean);
      for (const id of (passed ?? "").split(" ").filter(Boolean)) this.mark(id, "is-passed");
      for (const id of this.active) this.point(id);
      this.tools?.removeAttribute("hidden");
      this.tools?.querySelector("[data-zoom=here]")?.toggleAttribute("hidden", !this.active.length);
      this.zoom("fit");
      if (this.canvas.zoom() < LEGIBLE) this.zoom(this.active.length ? "here" : "legible");
    }

    fail() {
      this.canvasElement.classList.add("failed");
      this.canvasElement.textContent = this.canvasElement.dataset.failed ?? "";
      this.tools?.setAttribute("hidden", "");
    }

    mark(id, name) {
      if (this.viewer.get("elementRegistry").get(id)) this.canvas.addMarker(id, name);
    }

    point(id) {
      const element = this.viewer.get("elementRegistry").get(id);
      if (!element) return;
      this.canvas.addMarker(id, "is-active");
      // A timer on a step waits beside it: the step itself says where the case is.
      if (element.type === "bpmn:BoundaryEvent") return;
      const badge = document.createElement("span");
      badge.className = "diagram-badge";
      badge.textContent = this.canvasElement.dataset.here ?? "";
      this.viewer.get("overlays").add(id, { position: { top: -12, left: 4 }, html: badge });
    }

    zoom(wanted) {
      const now = this.canvas.zoom();
      if (wanted === "in") this.canvas.zoom(now * 1.25);
      else if (wanted === "out") this.canvas.zoom(now / 1.25);
      else if (wanted === "fit") {
        this.canvas.zoom("fit-viewport", "auto");
        const { inner, outer } = this.canvas.viewbox();
        const scale = Math.min(outer.width / (inner.width + 2 * MARGIN), outer.height / (inner.height + 2 * MARGIN));
        const [width, height] = [outer.width / scale, outer.height / scale];
        const [x, y] = [inner.x + (inner.width - width) / 2, inner.y + (inner.height - height) / 2];
        this.canvas.viewbox({ x, y, width, height });
        if (this.canvas.zoom() > 1.1) this.canvas.zoom(1, "auto");
      } else if (wanted === "legible") this.read();
      else this.goTo((this.active ?? [])[0]);
    }

    // From the beginning, as large as one reads it; the rest is a drag or an arrow key away.
    read() {
      const { inner, outer } = this.canvas.viewbox();
      const [width, height] = [outer.width / READING, outer.height / READING];
      this.canvas.viewbox({ x: inner.x - MARGIN, y: inner.y + (inner.height - height) / 2, width, height });
    }

    goTo(id) {
      const element = id && this.viewer.get("elementRegistry").get(id);
      if (!element) return false;
      if (this.canvas.zoom() < LEGIBLE) this.canvas.zoom(READING);
      const box = this.canvas.viewbox();
      const place = this.middle(element);
      this.canvas.viewbox({
        x: place.x - box.outer.width / this.canvas.zoom() / 2,
        y: place.y - box.outer.height / this.canvas.zoom() / 2,
        width: box.outer.width / this.canvas.zoom(),
        height: box.outer.height / this.canvas.zoom(),
      });
      return true;
    }

    middle(element) {
      if (element.waypoints) return element.waypoints[Math.floor(element.waypoints.length / 2)];
      return { x: element.x + element.width / 2, y: element.y + element.height / 2 };
    }

    // A press in the page marks the element in the picture.
    select(id) {
      for (const old of this.selected ?? []) this.canvas.removeMarker(old, "is-selected");
      this.selected = this.goTo(id) ? [id] : [];
      for (const each of this.selected) this.canvas.addMarker(each, "is-selected");
    }

    // A press in the picture leads to the element in the page.
    tell(element) {
      const place = document.querySelector(`[data-step="${CSS.escape(element.id)}"]`);
      for (const other of document.querySelectorAll("[data-step].told")) other.classList.remove("told");
      if (!place) return;
      place.classList.add("told");
      place.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  }

  function begin(root) {
    const picture = new Picture(root);
    picture.begin();
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-element]");
      if (!link) return;
      picture.select(link.dataset.element);
      root.scrollIntoView({ block: "nearest", behavior: "smooth" });
    });
  }

  // A drawing is fetched and laid out when it comes into sight.
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      seen.unobserve(entry.target);
      begin(entry.target);
    }
  }, { rootMargin: "300px" });
  for (const root of document.querySelectorAll("[data-diagram]")) seen.observe(root);
})();
