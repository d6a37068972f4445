"""A pillar generator that builds the whole tree: lxml for the configuration, PyYAML for the pillars.

usage: reference.py CONFIGURATION PILLAR_DIR
"""

import os
import sys

import yaml
from lxml import etree

ROOT = "http://128technology.com/t128/config/"
NAMES = {
    "authy": ROOT + "authority-config",
    "sys": ROOT + "system-config",
    "bgpcs": ROOT + "bgp-community-services-config",
}


def main(configuration, pillar_dir):
    tree = etree.parse(configuration, etree.XMLParser(huge_tree=True))

    def find(element, path):
        return element.xpath(path, namespaces=NAMES)

    def text(element, path, default=None):
        found = find(element, path)
        return found[0].text if found else default

    profiles = {}
    for profile in find(tree, "//authy:authority/bgpcs:bgp-community-services-profile"):
        profiles[text(profile, "bgpcs:name")] = {
            "applications": [
                {
                    "application-name": text(application, "bgpcs:application-name"),
                    "bgp-community": [leaf.text for leaf in find(application, "bgpcs:bgp-community")],
                }
                for application in find(profile, "bgpcs:application")
            ],
            "duration": int(text(profile, "bgpcs:refresh-interval", 60)),
            "path-selection": text(profile, "bgpcs:path-selection", "any"),
            "stale-path-time": int(text(profile, "bgpcs:stale-path-time", 300)),
            "max-prefixes": int(text(profile, "bgpcs:max-prefixes", 100000)),
            "aggregate-prefixes": text(profile, "bgpcs:aggregate-prefixes", "false") == "true",
        }

    os.makedirs(pillar_dir, exist_ok=True)
    wanted = set()
    for router in find(tree, "//authy:authority/authy:router"):
        profile = text(router, "bgpcs:bgp-community-services-profile")
        if profile is None:
            continue
        for node in find(router, "sys:node"):
            asset_id = text(node, "sys:asset-id")
            if asset_id is None:
                continue
            pillar = {
                "bgp-community-services": {
                    "router": text(router, "authy:name"),
                    "node": text(node, "sys:name"),
                    "profile": profile,
                    "package": {"name": "128T-bgp-community-services-router", "version": "0"},
                    "config": profiles[profile],
                }
            }
            wanted.add(asset_id + ".sls")
            with open(os.path.join(pillar_dir, asset_id + ".sls"), "w") as file:
                yaml.safe_dump(pillar, file, default_flow_style=False)
    for name in set(os.listdir(pillar_dir)) - wanted:
        os.remove(os.path.join(pillar_dir, name))


if __name__ == "__main__":
    main(*sys.argv[1:])
