"""Charts as numbers: pure functions, whose answers a template draws as SVG with a table behind.

Each gives a frozen object; nothing here knows HTML or a tenant.

Lengths and places are shares of one, from the left and from the top. A colour never stands alone:
each series has a pattern of its own, a name in the legend and its numbers in the table.
"""

from console.web.charts.columns import Columns, columns
from console.web.charts.flow import Edge, Flow, Layer, Node, flow
from console.web.charts.lines import Lines, lines
from console.web.charts.meter import Meter, meter
from console.web.charts.parts import Datum, Series
from console.web.charts.rows import Category, Rows, rows
from console.web.charts.spark import Spark, spark

__all__ = [
    "Category",
    "Columns",
    "Datum",
    "Edge",
    "Flow",
    "Layer",
    "Lines",
    "Meter",
    "Node",
    "Rows",
    "Series",
    "Spark",
    "columns",
    "flow",
    "lines",
    "meter",
    "rows",
    "spark",
]
