"""The shared graph in Neo4j."""
