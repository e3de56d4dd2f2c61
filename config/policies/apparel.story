# A clothes shop: long gaps, cards for a year at least.
policy: apparel.toml

story: Who buys once and never again
# 60, 120 and 180 days after 10 January, each of them included.
| when             | what            | then                                                    |
| 2026-01-10 12:00 | purchase 100.00 | season: gone -> dressed, message: welcome -> thank_you  |
| 2026-03-12       |                 | season: dressed -> due, message: thank_you -> new_season |
| 2026-05-11       |                 | season: due -> lapsed                                   |
| 2026-07-10       |                 | season: lapsed -> gone, message: new_season -> win_back |
| +5y              |                 |                                                         |

story: The card comes when the order has stood for an hour
only: card
| when             | what                     | then                                        |
| 2026-01-10 12:00 | purchase 150.00 order o1 |                                             |
| 2026-01-10 12:40 | cancel order o1          |                                             |
| 2026-01-10 13:00 | purchase 150.00 order o2 |                                             |
| 2026-01-10 14:00 |                          | card: guest -> basic by clock               |

story: A cent short is no card
only: card
| when             | what            | then               |
| 2026-01-10 12:00 | purchase 149.99 |                    |
| 2026-01-11 12:00 |                 | spend_1y is 149.99 |

story: A card that nothing keeps is lost a step at a time
# The first day of shopping leaves the two years on 20 February 2028, so a single one is left; that
# quarter ends with March. The basic card then has a year of its own, from 1 April.
only: card
| when             | what            | then                                                        |
| 2026-02-20 12:00 | purchase 100.00 |                                                             |
| 2026-03-10 12:00 | purchase 500.00 |                                                             |
| 2026-03-10 13:00 |                 | card: guest -> plus                                         |
| 2028-04-01       |                 | card: plus -> basic by clock because shopping_days_2y 0 is not >= 2 |
| 2029-04-02       |                 | card: basic -> guest by clock because spend_2y 0.00         |

story: A year is promised, also to somebody who sends back the order that brought the card
# Twelve months from 10 March last through 10 March. The quarter of the refund is over long before.
only: card
| when             | what                     | then                                              |
| 2026-03-10 12:00 | purchase 200.00 order o1 |                                                   |
| 2026-03-10 13:00 |                          | card: guest -> basic                              |
| 2026-03-20 12:00 | refund 200.00 order o1   | spend_1y is 0.00                                  |
| 2027-03-10 23:59 |                          | card is basic                                     |
| 2027-03-11       |                          | card: basic -> guest because spend_2y 0.00        |

story: A year from a leap day lasts through the last day of February
only: card
| when             | what                     | then                 |
| 2028-02-29 12:00 | purchase 200.00 order o1 |                      |
| 2028-02-29 13:00 |                          | card: guest -> basic |
| 2028-03-05 12:00 | refund 200.00 order o1   |                      |
| 2029-03-01       |                          | card: basic -> guest |

story: Buying at the midnight at which the card would go keeps it
only: card
| when             | who | what                     | then                 |
| 2026-02-10 12:00 | ann | purchase 150.00          |                      |
| 2026-02-10 12:00 | bob | purchase 150.00          |                      |
| 2026-02-10 13:00 | ann |                          | card: guest -> basic |
| 2026-02-10 13:00 | bob |                          | card: guest -> basic |
| 2028-04-01 00:00 | ann | purchase 150.00          |                      |
| 2028-04-01 00:00 | bob |                          | card: basic -> guest |
| 2028-04-02       | ann |                          | card is basic        |

story: Two parcels of one day are one day of shopping
only: card
| when             | what            | then                                 |
| 2026-02-10 12:00 | purchase 300.00 |                                      |
| 2026-02-10 12:10 | purchase 300.00 |                                      |
| 2026-02-10 13:00 |                 | card: guest -> basic                 |
| 2026-02-11 12:00 | purchase 5.00   |                                      |
| 2026-02-11 13:00 |                 | card: basic -> plus                  |

story: A card holder who stays away is called, others are written to
# The card is there until the end of March two years later, so the call is due first.
only: message
| when             | what                     | then                                                 |
| 2026-02-10 12:00 | purchase 150.00          | message: welcome -> thank_you                        |
| 2026-04-12       |                          | message: thank_you -> new_season                     |
| 2026-08-10       |                          | message: new_season -> win_back_in_person            |
| 2028-04-01       |                          | message: win_back_in_person -> win_back              |

story: Who sends back everything is welcome again
only: season, message
| when             | what                    | then                                                   |
| 2026-01-10 12:00 | purchase 80.00 order o1 | season: gone -> dressed, message: welcome -> thank_you |
| 2026-01-20 12:00 | refund 80.00 order o1   | season: dressed -> gone, message: thank_you -> welcome |

story: A shop reports its week ten days late, and not later
only: season
| when             | who | what                                       | then                                          |
| 2026-01-20 12:00 | ann | purchase 80.00 dated 2026-01-10 12:00      | season: gone -> dressed as of 2026-01-10 12:00 |
|                  | bob | purchase 80.00 dated 2026-01-10 11:59      | refused: too_late                             |

story: Less money keeps the upper card, but not a cent less than that
# Bob has sent back a cent more than ann. What he has left is enough to enter until the first 100
# euros are a year old, on 20 February; that quarter is his last one.
only: card
| when             | who | what                     | then                  |
| 2026-02-20 12:00 | ann | purchase 100.00          |                       |
|                  | bob | purchase 100.00          |                       |
| 2026-03-10 12:00 | ann | purchase 600.00 order o1 |                       |
|                  | bob | purchase 600.00 order o2 |                       |
| 2026-03-10 13:00 | ann |                          | card: guest -> plus   |
|                  | bob |                          | card: guest -> plus   |
| 2026-03-12 12:00 | ann | refund 100.00 order o1   |                       |
|                  | bob | refund 100.01 order o2   |                       |
| 2027-04-01       | ann |                          | card is plus          |
|                  | bob |                          | card: plus -> basic   |
