"""Research and development of products 产品研发: what a product would cost and earn."""
