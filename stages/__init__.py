"""Each file here is a DVC stage of that name: it reads its recipe and its data, calls the library, writes."""

from digitforge.beginning import begin

begin()
