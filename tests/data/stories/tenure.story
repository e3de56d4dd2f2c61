# Time since the first purchase, and since the first event at all.
policy: tenure.toml

story: Only time makes somebody an old customer, however often they buy
| when             | what       | then                                               |
| 2026-01-10 12:00 | purchase 5 | tenure: none -> new, acquaintance: stranger -> met |
| 2026-01-11 12:00 | purchase 5 |                                                    |
| 2026-01-12       |            | acquaintance: met -> known                         |
| 2026-01-18 12:00 | purchase 5 |                                                    |
| 2026-01-20       |            | tenure: new -> old                                 |

story: Once the first order is taken back, the next one is the first
| when             | what               | then                                               |
| 2026-01-10 12:00 | purchase 5 order a | tenure: none -> new, acquaintance: stranger -> met |
| 2026-01-12       |                    | acquaintance: met -> known                         |
| 2026-01-15 12:00 | purchase 5 order b |                                                    |
| 2026-01-20       |                    | tenure: new -> old                                 |
| 2026-01-21 12:00 | cancel order a     | tenure: old -> new                                 |
| 2026-01-25       |                    | tenure: new -> old                                 |

story: By the millisecond, and from the first event of any kind
| when             | what       | then                          |
| 2026-01-10 12:00 | view       | acquaintance: stranger -> met |
| 2026-01-11 12:00 | purchase 5 | tenure: none -> new           |
| 2026-01-12       |            | acquaintance: met -> known    |
