"""Entities: their fields, links, formulas, views, pipelines and limits, compiled."""
