"""Composition root: settings stop here; everything else is handed what it needs."""

from service.bootstrap.installation import Installation as Installation
from service.bootstrap.installation import install as install
from service.bootstrap.opening import State as State
from service.bootstrap.opening import open_accounts as open_accounts
from service.bootstrap.opening import open_store as open_store
from service.bootstrap.opening import open_vault as open_vault
from service.bootstrap.opening import periods_of as periods_of
from service.bootstrap.opening import policy_of as policy_of
from service.bootstrap.opening import shelf_of as shelf_of
from service.bootstrap.opening import unusable as unusable
from service.bootstrap.outside import classifier_of as classifier_of
from service.bootstrap.outside import user_agent as user_agent
from service.bootstrap.plan import Plan as Plan
from service.bootstrap.site import make_site as make_site
from service.bootstrap.site import report_maker as report_maker
