"""Gives the tests of the blocks the station's playbook."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_spec = spec_from_file_location("station_playbook", Path(__file__).parents[1] / "playbook.py")
assert _spec is not None
assert _spec.loader is not None
_playbook = module_from_spec(_spec)
_spec.loader.exec_module(_playbook)

play = _playbook.play
power_cut = _playbook.power_cut
