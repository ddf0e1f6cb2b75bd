"""Module 1, product information 产品信息管理: products, versions, availability, imports."""
