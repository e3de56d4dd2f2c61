# Styles of buying: price, taste, channel.
policy: styles.toml

story: Three quarters for bargains make a bargain hunter, three fifths do not
only: price
| when             | what                        | then                            |
| 2026-01-10 12:00 | purchase 20.00 discount 5   |                                 |
| 2026-02-10 12:00 | purchase 20.00 discount 5   |                                 |
| 2026-03-10 12:00 | purchase 20.00              |                                 |
| 2026-04-10 12:00 | purchase 20.00 discount 0.01 | price: either -> bargain_hunter |
| 2026-05-10 12:00 | purchase 20.00              | price: bargain_hunter -> either |
# A year after the first bargain two are left, of four orders.
| 2027-01-10       |                             | bargain_share is 50%            |

story: A bargain that is sent back was none
only: price
| when             | what                               | then                            |
| 2026-01-10 12:00 | purchase 20.00 discount 5          |                                 |
| 2026-02-10 12:00 | purchase 20.00 discount 5          |                                 |
| 2026-03-10 12:00 | purchase 20.00 discount 5 order o3 | price: either -> bargain_hunter |
| 2026-03-15 12:00 | refund 19.99 order o3              |                                 |
| 2026-03-16 12:00 | refund 0.01 order o3               | price: bargain_hunter -> either |

story: Who pays in full for a year, and then comes for the sale
only: price
| when             | what                      | then                          |
| 2026-01-10 12:00 | purchase 20.00            |                               |
| 2026-02-10 12:00 | purchase 20.00            |                               |
| 2026-03-10 12:00 | purchase 20.00            | price: either -> pays_in_full |
| 2026-07-01 12:00 | purchase 20.00 discount 5 |                               |
| 2026-07-02 12:00 | purchase 20.00 discount 5 | price: pays_in_full -> either |

story: A year begins to be over at midnight, also in a leap year
# 365 days after 29 February 2028 is 28 February 2029.
only: price
| when             | what                      | then                            |
| 2028-02-29 12:00 | purchase 20.00 discount 5 |                                 |
| 2028-03-01 12:00 | purchase 20.00 discount 5 |                                 |
| 2028-03-02 12:00 | purchase 20.00 discount 5 | price: either -> bargain_hunter |
| 2029-02-28       |                           | price: bargain_hunter -> either |

story: Four of five orders are of one category
only: taste
| when             | what                            | then                     |
| 2026-03-01 12:00 | purchase 20.00 category garden  |                          |
| 2026-03-08 12:00 | purchase 20.00 category plants  |                          |
| 2026-03-15 12:00 | purchase 20.00 category kitchen |                          |
| 2026-03-22 12:00 | purchase 20.00 category garden  |                          |
| 2026-03-29 12:00 | purchase 20.00 category garden  | taste: mixed -> gardener |
| 2026-04-05 12:00 | purchase 20.00                  | taste: gardener -> mixed |

story: From the garden to the kitchen
# When the four orders of spring are a year old, what is left is kitchen.
only: taste
| when             | what                            | then                     |
| 2026-03-01 12:00 | purchase 20.00 category garden  |                          |
| 2026-03-02 12:00 | purchase 20.00 category garden  |                          |
| 2026-03-03 12:00 | purchase 20.00 category garden  |                          |
| 2026-03-04 12:00 | purchase 20.00 category garden  | taste: mixed -> gardener |
| 2026-09-01 12:00 | purchase 20.00 category kitchen |                          |
| 2026-10-01 12:00 | purchase 20.00 category kitchen | taste: gardener -> mixed |
| 2026-11-01 12:00 | purchase 20.00 category kitchen |                          |
| 2026-12-01 12:00 | purchase 20.00 category kitchen |                          |
| 2027-03-03       |                                 | taste: mixed -> cook     |

story: Spelling matters
only: taste
| when             | what                            | then             |
| 2026-03-01 12:00 | purchase 20.00 category Garden  | garden_365d is 0 |

story: Out of the stores and into the app
# The last purchase in a store is 90 days old on 31 May.
only: channel, digital
| when             | what                         | then                                  |
| 2026-01-10 12:00 | purchase 20.00 channel store |                                       |
| 2026-02-10 12:00 | purchase 20.00 channel store |                                       |
| 2026-03-02 12:00 | purchase 20.00 channel store |                                       |
| 2026-05-01 12:00 | purchase 20.00 channel app   | channel: one_or_none -> both          |
|                  |                              | digital: never -> sometimes           |
| 2026-05-10 12:00 | purchase 20.00 channel online |                                      |
| 2026-05-31       |                              | channel: both -> moving_online        |
| 2026-07-30       |                              | channel: moving_online -> one_or_none |
| 2027-05-10       |                              | digital: sometimes -> never           |

story: And back into the stores
only: channel
| when             | what                          | then                                     |
| 2026-01-10 12:00 | purchase 20.00 channel online |                                          |
| 2026-01-11 12:00 | purchase 20.00 channel online |                                          |
| 2026-01-12 12:00 | purchase 20.00 channel online |                                          |
| 2026-04-12 12:00 | purchase 20.00 channel store  |                                          |
| 2026-04-13 12:00 | purchase 20.00 channel store  | channel: one_or_none -> moving_to_stores |
| 2026-04-14 12:00 | purchase 20.00 channel app    | channel: moving_to_stores -> both        |
| 2026-07-12       |                               | channel: both -> one_or_none             |

story: A habit has to be complete, and bears an exception
only: digital
| when             | what                         | then                         |
| 2026-01-10 12:00 | purchase 20.00 channel app   | digital: never -> sometimes  |
| 2026-01-11 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-12 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-13 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-14 12:00 | purchase 20.00 channel app   | digital: sometimes -> always |
| 2026-02-14 12:00 | purchase 20.00 channel store |                              |
| 2026-03-14 12:00 | purchase 20.00 channel store | digital: always -> sometimes |

story: Four orders keep the habit that five made, three do not
# The first two of them are a year old on 10 and 11 January.
only: digital
| when             | what                         | then                         |
| 2026-01-10 12:00 | purchase 20.00 channel app   | digital: never -> sometimes  |
| 2026-01-11 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-12 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-13 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-14 12:00 | purchase 20.00 channel app   | digital: sometimes -> always |
| 2027-01-11       |                              | digital: always -> sometimes |

story: With a purchase in a store the habit is not complete
only: digital
| when             | what                         | then                         |
| 2026-01-09 12:00 | purchase 20.00 channel store |                              |
| 2026-01-10 12:00 | purchase 20.00 channel app   | digital: never -> sometimes  |
| 2026-01-11 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-12 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-13 12:00 | purchase 20.00 channel app   |                              |
| 2026-01-14 12:00 | purchase 20.00 channel app   | digital is sometimes         |

story: One other order is borne, and what has no category is another one
only: taste
| when             | what                            | then                     |
| 2026-01-10 12:00 | purchase 20.00 category garden  |                          |
| 2026-01-11 12:00 | purchase 20.00                  |                          |
| 2026-01-12 12:00 | purchase 20.00 category plants  |                          |
| 2026-01-13 12:00 | purchase 20.00 category garden  | kitchen_365d is 0        |
| 2026-01-14 12:00 | purchase 20.00 category garden  | taste: mixed -> gardener |

story: Three orders are too few to speak of taste
only: taste
| when             | what                            | then                   |
| 2026-01-10 12:00 | purchase 20.00 category kitchen |                        |
| 2026-01-11 12:00 | purchase 20.00 category kitchen |                        |
| 2026-01-12 12:00 | purchase 20.00 category kitchen | kitchen_share is 100%  |
| 2026-01-13 12:00 | purchase 20.00 category kitchen | taste: mixed -> cook   |

story: A cent more or less decides at three quarters and at one quarter
only: price
| when             | who | what                       | then                            |
| 2026-01-10 12:00 | ann | purchase 75.00 discount 25 |                                 |
|                  | ann | purchase 25.00             |                                 |
|                  | ann | purchase 0.01              |                                 |
|                  | ann | purchase 0.03 discount 1   | price: either -> bargain_hunter |
|                  | bob | purchase 75.00             |                                 |
|                  | bob | purchase 25.00 discount 25 |                                 |
|                  | bob | purchase 0.01 discount 1   |                                 |
|                  | bob | purchase 0.03              | price: either -> pays_in_full   |

story: Three of four orders make somebody loyal to a brand, and one more of another no longer
only: brand
| when             | what                        | then                       |
| 2026-01-10 12:00 | purchase 20.00 brand oak    |                            |
| 2026-02-10 12:00 | purchase 20.00 brand oak    |                            |
| 2026-03-10 12:00 | purchase 20.00 brand elm    | brand_share is 66.6666%    |
| 2026-04-10 12:00 | purchase 20.00 brand oak    | brand: open -> brand_loyal because top_brand oak is != maison |
| 2026-05-10 12:00 | purchase 20.00              | brand: brand_loyal -> open |
# A year after the first order of oak two of four are left.
| 2027-01-10       |                             | brand_share is 50%         |

story: The brand of the house, as long as the orders are not sent back
only: brand
| when             | what                                 | then                |
| 2026-01-10 12:00 | purchase 20.00 brand maison          |                     |
| 2026-02-10 12:00 | purchase 20.00 brand maison          |                     |
| 2026-03-10 12:00 | purchase 20.00 brand elm             |                     |
| 2026-04-10 12:00 | purchase 20.00 brand maison order o4 | brand: open -> ours |
| 2026-04-15 12:00 | refund 20.00 order o4                | brand: ours -> open |

story: Four brands in a year make an explorer, until the first of them is a year old
only: brand
| when             | what                        | then                    |
| 2026-01-10 12:00 | purchase 20.00 brand oak    |                         |
| 2026-02-10 12:00 | purchase 20.00 brand elm    |                         |
| 2026-03-10 12:00 | purchase 20.00 brand ash    |                         |
| 2026-04-10 12:00 | purchase 20.00 brand maison | brand: open -> explorer |
| 2026-05-10 12:00 | purchase 20.00 brand beech  | brands_365d is 4        |
| 2027-02-10       |                             | brand: explorer -> open |

story: Three of five orders before the holidays, until the first of them is a year old
only: season
| when             | what                        | then                              |
| 2026-11-14 23:59 | purchase 20.00              |                                   |
| 2026-11-15       | purchase 20.00              |                                   |
| 2026-12-31 23:59 | purchase 20.00              | season: all_year -> holiday_buyer |
| 2027-01-01       | purchase 20.00              | season: holiday_buyer -> all_year |
| 2027-02-14 09:00 | purchase 20.00              | season: all_year -> holiday_buyer because holiday_share 60% |
| 2027-11-14       |                             | holiday_share is 75%              |
| 2027-11-15       |                             | holiday_share is 66.6666%         |
| 2027-12-31       |                             | season: holiday_buyer -> all_year |

story: A holiday order that is sent back in January was none
only: season
| when             | what                    | then                              |
| 2026-12-01 12:00 | purchase 20.00          |                                   |
| 2026-12-02 12:00 | purchase 20.00          |                                   |
| 2026-12-03 12:00 | purchase 20.00 order o3 | season: all_year -> holiday_buyer |
| 2027-01-03 12:00 | refund 20.00 order o3   | season: holiday_buyer -> all_year |
