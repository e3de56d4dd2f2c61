# The ladder "value" of the retail programme: spend and frequency over 90 days.
policy: ../policy.toml
only: value

story: A threshold is reached by exactly its amount
| when             | what            | then                              |
| 2026-01-10 12:00 | purchase 299.99 | value: none -> low                |
| 2026-01-20 12:00 | purchase 0.01   | value: low -> mid                 |
| +1d              |                 | value is mid, spend_90d is 300.00 |

story: One penny short is not enough
| when             | what            | then                              |
| 2026-01-10 12:00 | purchase 299.98 | value: none -> low                |
| 2026-01-20 12:00 | purchase 0.01   |                                   |
| +1d              |                 | value is low, spend_90d is 299.99 |

story: A single large order does not make a top customer
| when             | what             | then               |
| 2026-01-10 12:00 | purchase 5000.00 | value: none -> low |
| +1d              |                  | value is low       |

story: Several tiers are climbed at once
# Two small orders, then one that is large enough for the top.
| when             | what             | then               |
| 2026-01-10 12:00 | purchase 1.00    | value: none -> low |
| 2026-01-11 12:00 | purchase 1.00    |                    |
| 2026-01-12 12:00 | purchase 1000.00 | value: low -> high |

story: Several tiers are lost at once, at the beginning of a local day
# Everything was bought on one day: 90 days later nothing is left in the window.
| when             | what            | then                |
| 2026-01-10 09:00 | purchase 400.00 | value: none -> low  |
| +1h              | purchase 400.00 | value: low -> mid   |
| +1h              | purchase 400.00 | value: mid -> high  |
| 2026-04-10       |                 | value: high -> none |

story: A tier is kept by less than it took to get in
| when             | what            | then                              |
| 2026-01-10 12:00 | purchase 60.00  | value: none -> low                |
| 2026-02-01 12:00 | purchase 250.00 | value: low -> mid                 |
# 60.00 have left the window: 250.00 are just enough.
| 2026-04-10       |                 | value is mid, spend_90d is 250.00 |
| 2026-05-02       |                 | value: mid -> none                |

story: A purchase of nothing is an order all the same
| when             | what          | then                               |
| 2026-01-10 12:00 | purchase 0.00 | value: none -> low                 |
| +1d              |               | orders_90d is 1, spend_90d is 0.00 |

story: What one customer does moves nobody else
| when             | who | what            | then               |
| 2026-01-10 12:00 | ann | purchase 200.00 | value: none -> low |
|                  | bob | purchase 200.00 | value: none -> low |
| 2026-01-11 12:00 | ann | purchase 200.00 | value: low -> mid  |
|                  | bob |                 | value is low       |
