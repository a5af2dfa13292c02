"""The same questions, written by hand for each rival: SQL for the engine, polars, pandas with numpy, a library of rules."""
