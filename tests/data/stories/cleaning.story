# Code maps, defaults, letter case and bounds; what producers write and what is meant by it.
policy: cleaning.toml

story: Many spellings of a category are one
| when             | what                          | then                   |
| 2026-01-10 09:00 | purchase 10 category garden   | garden is 1            |
|                  | purchase 10 category GDN      | garden is 2            |
|                  | purchase 10 category Garten   | garden is 3            |
|                  | purchase 10 category gardens  | garden is 3            |
|                  | purchase 10                   | garden is 3, other is 1 |

story: A channel is mapped sign for sign where no case is declared
| when             | what                        | then        |
| 2026-01-10 09:00 | visit channel www           | online is 1 |
|                  | visit channel WWW           | online is 1 |
|                  | visit channel app           | online is 2 |
|                  | purchase 10                 | online is 2 |

story: A default is for the kinds that it names
| when             | what                                  | then                        |
| 2026-01-10 09:00 | purchase 10 order a                   | pieces is 1                 |
|                  | purchase 10 order b quantity 3        | pieces is 4                 |
|                  | refund 5 order a                      | pieces is 4                 |
|                  | rating                                | somewhere is 1              |
|                  | rating attrs.city Leeds               | somewhere is 1              |
|                  | rating attrs.city Unknown             | somewhere is 2              |
|                  | visit                                 | somewhere is 2              |

story: A refund finds its order however its id is written
| when             | what                | then           |
| 2026-01-10 09:00 | purchase 10 order a-1 | spend is 10.00 |
| 2026-01-11 09:00 | refund 4 order A-1    | spend is 6.00  |
| 2026-01-12 09:00 | purchase 1 order A-1  | refused: order_exists |

story: An amount beyond its bound is set aside until somebody has looked at it
| when             | what                                | then                |
| 2026-01-10 09:00 | purchase 10000 id e1 order a        | value: none -> high |
| 2026-01-10 10:00 | purchase 10000.01 id e2 order b     | refused: outlier, spend is 10000.00 |
| 2026-01-10 11:00 | purchase 10000.01 id e2 order b reviewed no  | refused: outlier |
| 2026-01-11 09:00 | purchase 10000.01 id e2 order b dated 2026-01-10 10:00 reviewed yes | spend is 20000.01 |
| 2026-01-11 10:00 | purchase 10000.01 id e2 order b dated 2026-01-10 10:00 reviewed yes | duplicate |
| 2026-01-11 11:00 | refund 10000.01 order b             | refused: outlier |

story: Bounds hold on both sides, for members of attrs too, and not for what is absent
| when             | what                                | then             |
| 2026-01-10 09:00 | rating attrs.stars 0                | refused: outlier |
|                  | rating attrs.stars 6                | refused: outlier |
|                  | rating attrs.stars 5                | stars is 5       |
|                  | rating                              | stars is 5       |
|                  | rating attrs.stars 9 reviewed yes   | stars is 14      |

story: Cleaning changes no customer id but to the key
| when             | who | what        | then           |
| 2026-01-10 09:00 | Ann | purchase 10 | spend is 10.00 |
|                  | ann | purchase 5  | spend is 5.00  |
