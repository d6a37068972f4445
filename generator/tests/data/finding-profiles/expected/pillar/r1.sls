#!yaml
# pillar of asset-id "r1", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r1",
    "node": "n",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "a",
          "bgp-community": [
            "no-export",
            "64512:1"
          ]
        },
        {
          "application-name": "b",
          "bgp-community": [
            "65535:65281",
            "64512:1",
            "1:2:3"
          ]
        }
      ],
      "duration": 30,
      "path-selection": "any",
      "stale-path-time": 30,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "poll"
    }
  }
}
