"""Settings from the environment (`RADAR_*`) and the files that configure what is watched. They stop at bootstrap."""

from service.settings.environment import Settings as Settings
from service.settings.environment import load_settings as load_settings
from service.settings.environment import misspelt as misspelt
from service.settings.environment import read_settings as read_settings
from service.settings.feeds_file import load_feeds as load_feeds
from service.settings.problems import ConfigError as ConfigError
from service.settings.problems import Problem as Problem
