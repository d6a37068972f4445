#!yaml
# pillar of asset-id "r1-node1", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r1",
    "node": "node1",
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
            "graceful-shutdown"
          ]
        },
        {
          "application-name": "b",
          "bgp-community": [
            "65535:65283"
          ]
        },
        {
          "application-name": "c",
          "bgp-community": [
            "blackhole"
          ]
        },
        {
          "application-name": "d",
          "bgp-community": [
            "0:1"
          ]
        }
      ],
      "duration": 60,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "poll"
    }
  }
}
