from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from todoku_platform.tables import platform_tables

metadata = MetaData()
platform = platform_tables("sample")
notes = Table(
    "notes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("due", Date),
    Column("version", Integer, nullable=False),
    schema="sample",
)
