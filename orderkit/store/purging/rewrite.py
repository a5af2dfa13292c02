"""Writes a database anew into another file, and proves that the new one lost what it should and nothing else."""

import shutil
from pathlib import Path

from orderkit.errors import DatabaseUnusable
from orderkit.store.engine import opening
from orderkit.store.purging import proof, removal

VERSION = opening.WRITER["storage_compatibility_version"]
OWN = "before"  # the copy, as the engine names it
TURNS = 3  # of looking for numbers that stand within longer words
MOST = 1000  # numbers that may stand within longer words


class Rewriting:
    """A private copy of the published database to remove things from (`con`), and the new files made of it."""

    def __init__(self, work):
        self.work = work
        self.place = work.folder / "purge"
        self.place.mkdir(mode=0o700)
        copy = Path(shutil.copyfile(work.path, self.place / f"{OWN}.duckdb"))
        config = opening.WRITER | {"temp_directory": str(work.folder / "spill")}
        self.con = opening.open_file(copy, work.shown, config, read_only=False)
        self.con.execute("SET TimeZone = 'UTC'")
        self.made = 0

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.con.close()

    def proven(self):
        """(the new file, its Proof): the copy written anew.

        Raises DatabaseUnusable where something is left of what was removed, or something else is lost.
        """
        numbers = self._numbers()
        sure = proof.searchable(numbers)
        for _ in range(TURNS):
            new, columns, finds = self._written()
            left, read = self._in_bytes(new, sure)
            if not left and not finds:
                return new, proof.Proof(len(numbers), len(numbers) - len(sure), columns, read, 0)
            if finds or len(left) > MOST:
                break
            removal.take_out_of_words(self.con, [key.decode() for key in left])
            new.unlink()
        raise self._failed("what was to be removed is still in it")

    def run(self, file, text, values):
        """Runs a statement in a new file."""
        self._attach(file, "rewritten")
        try:
            self.con.execute("USE rewritten")
            self.con.execute(text, values)
        finally:
            self._detach("rewritten")

    def _numbers(self):
        return [row[0] for row in self.con.sql("SELECT DISTINCT number FROM _keys").fetchall()]

    def _written(self):
        """(a new file, columns searched, finds in them): a copy without what deleted rows leave in a file."""
        self.made += 1
        new = self.place / f"rewritten-{self.made}.duckdb"
        before = proof.shape(self.con, OWN), removal.counts(self.con)
        self._copied(OWN, new, "rewritten")
        try:
            self.con.execute("USE rewritten")
            if (proof.shape(self.con, "rewritten"), removal.counts(self.con)) != before:
                raise self._failed("it would have lost something else")
            return new, *proof.in_columns(self.con)
        finally:
            self._detach("rewritten")

    def _in_bytes(self, new, sure):
        """(keys that stand in the bytes of the new file or of an uncompressed copy of it, bytes read)."""
        plain = self.place / "plain.duckdb"
        self.con.execute("SET force_compression = 'uncompressed'")
        self._attach(new, "rewritten")
        try:
            self._copied("rewritten", plain, "plain")
            self._detach("plain")
        finally:
            self._detach("rewritten")
            self.con.execute("SET force_compression = 'auto'")
        read = new.stat().st_size + plain.stat().st_size
        left = proof.in_bytes(new, sure) | proof.in_bytes(plain, sure)
        plain.unlink()
        return left, read

    def _copied(self, source, file, name):
        self._attach(file, name)
        self.con.execute(f"COPY FROM DATABASE {source} TO {name}")
        self.con.execute(f"CHECKPOINT {name}")

    def _attach(self, file, name):
        place = str(file).replace("'", "''")
        self.con.execute(f"ATTACH '{place}' AS {name} (STORAGE_VERSION '{VERSION}')")

    def _detach(self, name):
        self.con.execute(f"USE {OWN}")
        self.con.execute(f"DETACH {name}")

    def _failed(self, why):
        return DatabaseUnusable(f"{self.work.shown} could not be purged: {why}. Nothing was changed; report this to orderkit.")
