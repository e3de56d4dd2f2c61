# Settling, grace, minimum stay and depth.
policy: waiting.toml
only: card

story: An order that is taken back in time moves nobody
only: card, club
| when                    | what                    | then                              |
| 2026-01-10 09:00        | purchase 120.00 order a | club: guest -> member             |
| 2026-01-10 09:09:59.999 | refund 120.00 order a   | spend is 0.00                     |
| 2026-06-10              |                         | card is none, club is member      |

story: What has held for long enough counts from that minute, over two tiers
| when             | what            | then                                                              |
| 2026-01-10 09:00 | purchase 350.00 |                                                                   |
| 2026-01-10 09:10 |                 | card: none -> gold by clock waited settle since 2026-01-10 09:00 with priority = 1 because spend 350.00 is >= 300.00 |

story: Each interruption begins the settling anew
| when             | what                    | then                 |
| 2026-01-10 09:00 | purchase 120.00 order a |                      |
| 2026-01-10 09:05 | refund 120.00 order a   |                      |
| 2026-01-10 09:08 | purchase 120.00 order b |                      |
| 2026-01-10 09:18 |                         | card: none -> silver |

story: A refund at the very minute is judged with the settling
| when             | what                    | then          |
| 2026-01-10 09:00 | purchase 120.00 order a |               |
| 2026-01-10 09:10 | refund 20.01 order a    | card is none  |

story: Each tier settles by itself
| when             | what            | then                 |
| 2026-01-10 09:00 | purchase 120.00 |                      |
| 2026-01-10 09:05 | purchase 200.00 |                      |
| 2026-01-10 09:10 |                 | card: none -> silver |
| 2026-01-10 09:15 |                 | card: silver -> gold |

story: Whom nothing keeps goes down a step after the longest wait, and the next step waits anew
# The window closes on 9 February, its month ends on 1 March, three months from the tenth of January
# on which gold was reached end with 10 April.
| when             | what            | then                                                               |
| 2026-01-10 09:00 | purchase 350.00 |                                                                    |
| 2026-01-10 09:10 |                 | card: none -> gold                                                 |
| 2026-04-11       |                 | card: gold -> silver by clock because spend 0.00 is not >= 200.00  |
| 2026-05-01       |                 | card: silver -> none by clock because spend 0.00 is not >= 100.00  |

story: A refund does not end the minimum stay
| when             | what                    | then                 |
| 2026-01-10 09:00 | purchase 350.00 order a |                      |
| 2026-01-10 09:10 |                         | card: none -> gold   |
| 2026-01-12 09:00 | refund 350.00 order a   |                      |
| 2026-04-11       |                         | card: gold -> silver |
| 2026-05-01       |                         | card: silver -> none |

story: Who comes back within the grace has lost nothing
| when             | what            | then                 |
| 2026-01-10 09:00 | purchase 120.00 |                      |
| 2026-01-10 09:10 |                 | card: none -> silver |
| 2026-02-27 12:00 | purchase 100.00 |                      |
| 2026-04-01       |                 | card: silver -> none |

story: Who comes back at the instant at which the grace ends was never gone
| when             | what            | then                 |
| 2026-01-10 09:00 | purchase 120.00 |                      |
| 2026-01-10 09:10 |                 | card: none -> silver |
| 2026-03-01       | purchase 100.00 | card is silver       |
| 2026-04-01       |                 | card: silver -> none |

story: What is lost on the first of a month has that month as grace
| when             | what            | then                 |
| 2026-01-30 09:00 | purchase 120.00 |                      |
| 2026-01-30 09:10 |                 | card: none -> silver |
| 2026-04-01       |                 | card: silver -> none |

story: A late order settles from where its customer was last looked at
| when             | what                                  | then                 |
| 2026-01-10 09:00 | purchase 60.00                        |                      |
| 2026-01-10 09:10 |                                       | card: none -> silver |
| 2026-01-11 09:00 | purchase 60.00 dated 2026-01-09 09:00 |                      |
