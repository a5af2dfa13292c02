"""A Spark session and the sample exported, once for all tests of this folder; they skip where PySpark or Java is absent."""

import os
import shutil

import pytest

from orderkit import store


@pytest.fixture(scope="session")
def session(tmp_path_factory):
    """Spark on this machine alone, two threads."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not on this machine")
    builder = sql.SparkSession.builder.master("local[2]").appName("orderkit").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
    memory = "4g" if "ORDERKIT_SPARK_LINES" in os.environ else "2g"
    builder = builder.config("spark.driver.memory", memory).config("spark.driver.maxResultSize", "2g")
    builder = builder.config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    opened = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse"))).getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    yield opened
    opened.stop()


@pytest.fixture(scope="session")
def folder(sample_db, tmp_path_factory):
    """The sample shop as `orderkit export` writes it."""
    return store.export(sample_db, tmp_path_factory.mktemp("exported") / "tables").folder
