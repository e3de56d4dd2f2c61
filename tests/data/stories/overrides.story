# Overrides: what is shown above what a ladder gives, and how it falls back.
policy: overrides.toml
only: card

story: A gift to somebody new, which ends by itself
only: card, letters
| when             | what                                                       | then                                                               |
| 2026-03-02 09:00 | override card gift gold until 2026-04-01 by anna why a wedding | card: none -> gold by command under gift, letters: others -> best by command |
| 2026-04-01       |                                                            | card: gold -> none by clock after gift, letters: best -> others by clock because card none is not >= gold |

story: A gift that ends where more has been earned by then
| when             | what                                    | then                                       |
| 2026-03-02 09:00 | override card gift gold until 2026-03-20 | card: none -> gold under gift              |
| 2026-03-10 09:00 | purchase 1000.00                        | card: gold -> platinum by event because spend 1000.00 is >= 1000.00 |
| 2026-03-20       |                                         |                                            |
| 2026-04-09       |                                         | card: platinum -> none by clock            |

story: A gift that ends where as much has been earned by then
| when             | what                                    | then                            |
| 2026-03-02 09:00 | override card gift gold until 2026-03-20 | card: none -> gold under gift   |
| 2026-03-10 09:00 | purchase 300.00                         |                                 |
| 2026-03-20       |                                         |                                 |
| 2026-04-09       |                                         | card: gold -> none by clock because spend 0.00 is not >= 300.00 |

story: A floor above the tier that the ladder gives
| when             | what                                        | then                                   |
| 2026-03-02 09:00 | purchase 100.00                             | card: none -> silver                   |
| 2026-03-03 09:00 | override card floor gold by anna why a mistake of ours | card: silver -> gold by command under floor |
| 2026-04-01       |                                             | card is gold                           |
| 2026-04-02 09:00 | purchase 1000.00                            | card: gold -> platinum by event        |
| 2026-05-02       |                                             | card: platinum -> gold by clock under floor because spend 0.00 is not >= 1000.00 |
| 2026-05-03 09:00 | override card withdraw                      | card: gold -> none by command after floor |

story: A floor below the tier that the ladder gives shows itself only when that is lost
| when             | what                                        | then                                              |
| 2026-03-02 09:00 | purchase 300.00                             | card: none -> gold                                |
| 2026-03-03 09:00 | override card floor silver until 2026-06-01 |                                                   |
| 2026-04-01       |                                             | card: gold -> silver by clock under floor because spend 0.00 is not >= 300.00 |
| 2026-06-01       |                                             | card: silver -> none by clock after floor         |

story: A ceiling lets nobody above it, and what was earned comes when it ends
| when             | what                                                     | then                                          |
| 2026-03-02 09:00 | purchase 300.00                                          | card: none -> gold                            |
| 2026-03-03 09:00 | override card ceiling silver until 2026-03-10 by audit why orders under review | card: gold -> silver by command under ceiling |
| 2026-03-04 09:00 | purchase 700.00                                          |                                               |
| 2026-03-10       |                                                          | card: silver -> platinum by clock after ceiling |
| 2026-04-01       |                                                          | card: platinum -> gold                        |
| 2026-04-03       |                                                          | card: gold -> none                            |

story: A ceiling wins over a floor and a gift above it
| when             | what                                     | then                                    |
| 2026-03-02 09:00 | override card floor gold                 | card: none -> gold under floor          |
| +1h              | override card ceiling silver             | card: gold -> silver under ceiling      |
| +1h              | override card gift platinum until +10d   |                                         |
| +1h              | override card withdraw ceiling           | card: silver -> platinum by command under gift |

story: Set says exactly where, upwards and downwards
| when             | what                                  | then                              |
| 2026-03-02 09:00 | purchase 300.00                       | card: none -> gold                |
| 2026-03-03 09:00 | override card set none until 2026-03-08 | card: gold -> none by command under set |
| 2026-03-04 09:00 | purchase 700.00                       |                                   |
| 2026-03-05 09:00 | override card set silver until 2026-03-06 | card: none -> silver by command under set |
| 2026-03-06       |                                       | card: silver -> none by clock under set |
| 2026-03-08       |                                       | card: none -> platinum by clock after set |

story: A freeze over a promotion and a demotion
| when             | what                                    | then                                 |
| 2026-03-02 09:00 | purchase 100.00                         | card: none -> silver                 |
| 2026-03-03 09:00 | override card freeze until 2026-05-01   |                                      |
| 2026-03-04 09:00 | purchase 900.00                         |                                      |
| 2026-04-10       |                                         | card is silver                       |
| 2026-05-01       |                                         | card: silver -> none by clock after freeze |

story: A freeze over a promotion alone
| when             | what                                    | then                                 |
| 2026-03-02 09:00 | purchase 100.00                         | card: none -> silver                 |
| 2026-03-03 09:00 | override card freeze until 2026-03-20   |                                      |
| 2026-03-04 09:00 | purchase 900.00                         |                                      |
| 2026-03-20       |                                         | card: silver -> platinum by clock after freeze |
| 2026-04-01       |                                         | card: platinum -> gold               |
| 2026-04-03       |                                         | card: gold -> none                   |

story: A freeze wins over everything that is asked for meanwhile
| when             | what                                   | then                               |
| 2026-03-02 09:00 | override card freeze until 2026-03-20  |                                    |
| 2026-03-03 09:00 | override card set gold                 |                                    |
| 2026-03-04 09:00 | override card gift platinum until +3mo |                                    |
| 2026-03-20       |                                        | card: none -> gold by clock under set |

story: An extension over a term end
only: club
| when             | what                                               | then                                   |
| 2026-01-10 09:00 | purchase 100.00                                    | club: guest -> member                  |
| 2026-03-01 09:00 | override club extend until 2026-06-01 by anna why parental leave |                          |
| 2026-04-11       |                                                    | club is member                         |
| 2026-04-20 09:00 | purchase 1.00                                      | club is member                         |
| 2026-06-01       |                                                    | club: member -> guest by clock after extend because spend 0.00 is not >= 100.00 |

story: An extension that ends before the term does changes nothing
only: club
| when             | what                                  | then                             |
| 2026-01-10 09:00 | purchase 100.00                       | club: guest -> member            |
| 2026-03-01 09:00 | override club extend until 2026-04-01 |                                  |
| 2026-04-11       |                                       | club: member -> guest by clock   |

story: Whoever requalifies while extended has another term
only: club
| when             | what                                  | then                             |
| 2026-01-10 09:00 | purchase 100.00                       | club: guest -> member            |
| 2026-03-01 09:00 | override club extend until 2026-06-01 |                                  |
| 2026-05-20 09:00 | purchase 100.00                       |                                  |
| 2026-06-01       |                                       | club is member                   |
| 2026-07-11       |                                       | club: member -> guest by clock   |

story: An extension holds the tier it was given for, not a higher one reached meanwhile
| when             | what                                  | then                                 |
| 2026-03-02 09:00 | purchase 300.00                       | card: none -> gold                   |
| 2026-03-03 09:00 | override card extend until 2026-06-01 |                                      |
| 2026-03-04 09:00 | purchase 700.00                       | card: gold -> platinum               |
| 2026-04-01       |                                       | card: platinum -> gold by clock      |
| 2026-06-01       |                                       | card: gold -> none by clock after extend |

story: At the instant at which a tier is lost an extension still comes in time
| when                    | what                                  | then                                     |
| 2026-03-02 09:00        | purchase 300.00                       | card: none -> gold                       |
| 2026-04-01              | override card extend until 2026-04-10 |                                          |
| 2026-04-10              |                                       | card: gold -> none by clock after extend |

story: Of two of one verb the later dated counts, then the other again
| when             | what                                         | then                                    |
| 2026-03-02 09:00 | override card gift gold until 2026-06-01     | card: none -> gold                      |
| 2026-03-03 09:00 | override card gift platinum until 2026-03-10 | card: gold -> platinum by command under gift |
| 2026-03-10       |                                              | card: platinum -> gold by clock under gift |
| 2026-06-01       |                                              | card: gold -> none by clock after gift  |

story: One that is dated earlier but heard later counts when the other has ended
| when             | what                                                                | then                                     |
| 2026-03-05 09:00 | override card set gold until 2026-03-10                             | card: none -> gold                       |
| 2026-03-06 09:00 | override card set silver until 2026-03-20 dated 2026-03-04 09:00    |                                          |
| 2026-03-10       |                                                                     | card: gold -> silver by clock under set  |
| 2026-03-20       |                                                                     | card: silver -> none by clock after set  |

story: Of two dated at one instant the one heard later counts
| when             | what                       | then                                       |
| 2026-03-05 09:00 | override card set gold     | card: none -> gold                         |
|                  | override card set silver   | card: gold -> silver by command under set  |

story: One that comes late counts from when its customer was last looked at
| when             | what                                                         | then                               |
| 2026-03-05 09:00 | purchase 1.00                                                |                                    |
| 2026-03-06 09:00 | override card set gold until 2026-03-10 dated 2026-03-01     | card: none -> gold as of 2026-03-05 09:00 by command |
| 2026-03-10       |                                                              | card: gold -> none                 |

story: One that has ended by then comes too late to do anything
| when             | what                                                     | then |
| 2026-03-05 09:00 | purchase 1.00                                            |      |
| 2026-03-06 09:00 | override card set gold until 2026-03-05 dated 2026-03-01 |      |

story: A copy counts once, and what names nothing of the policy is refused
| when             | what                                          | then                                   |
| 2026-03-02 09:00 | override card gift gold until 2026-04-01 id g | card: none -> gold                     |
| +1h              | override card gift gold until 2026-04-01 id g dated 2026-03-02 09:00 | duplicate       |
| +1h              | override crad floor gold                      | refused: unknown_ladder                |
| +1h              | override letters floor best                   | refused: unknown_ladder                |
| +1h              | override card floor golden                    | refused: unknown_tier                  |
| +1h              | override crad withdraw                        | refused: unknown_ladder                |

story: A withdrawal takes away what it names and what was dated before it, no more
| when             | what                                               | then                                        |
| 2026-03-02 09:00 | override card gift gold until 2026-04-01           | card: none -> gold                          |
| 2026-03-03 09:00 | override card floor silver                         |                                             |
| 2026-03-04 09:00 | override card withdraw gift dated 2026-03-01       |                                             |
| 2026-03-04 10:00 | override card withdraw freeze                      |                                             |
| 2026-03-04 11:00 | override card withdraw gift                        | card: gold -> silver by command under floor |
| 2026-03-04 12:00 | override card withdraw                             | card: silver -> none by command after floor |

story: A withdrawal of nothing, from nobody, is no mistake
| when             | what                   | then         |
| 2026-03-02 09:00 | override card withdraw | card is none |

story: An override that replaces another with what the ladder gives says which is over
| when             | what                       | then                                          |
| 2026-03-02 09:00 | override card floor gold   | card: none -> gold                            |
| 2026-03-03 09:00 | override card floor none   | card: gold -> none by command after floor     |

story: Overrides are of one ladder and of one customer
only: card, club
| when             | who  | what                                  | then                                                 |
| 2026-03-02 09:00 | ada  | override card freeze until 2026-03-10 |                                                      |
| +1h              | ada  | purchase 100.00                       | club: guest -> member                                |
| +1h              | bert | purchase 100.00                       | card: none -> silver, club: guest -> member          |
| 2026-03-10       | ada  |                                       | card: none -> silver by clock after freeze           |

story: Whoever is erased loses every override, and one dated before that brings nothing back
| when             | what                                                           | then                                      |
| 2026-03-02 09:00 | override card gift gold until 2026-06-01                       | card: none -> gold                        |
| 2026-03-03 09:00 | erase                                                          | card is none                              |
| 2026-03-03 10:00 | override card floor gold dated 2026-03-03 08:00                | suppressed                                |
| 2026-03-04 09:00 | purchase 100.00                                                | card: none -> silver by event             |
| 2026-03-05 09:00 | override card gift gold until 2026-03-06                       | card: silver -> gold by command           |
| 2026-03-06       |                                                                | card: gold -> silver by clock after gift  |

story: A freeze over a gift keeps what is shown, also when the gift is over
| when             | what                                     | then                                       |
| 2026-03-02 09:00 | override card gift gold until 2026-03-10 | card: none -> gold                         |
| 2026-03-03 09:00 | override card freeze until 2026-03-20    |                                            |
| 2026-03-10       |                                          | card is gold                               |
| 2026-03-20       |                                          | card: gold -> none by clock after freeze   |

story: A withdrawal takes away what is dated at its very instant
| when             | what                     | then                                    |
| 2026-03-02 09:00 | override card floor gold | card: none -> gold                      |
|                  | override card withdraw   | card: gold -> none by command after floor |

story: On a ladder with terms, too, a higher tier reached while extended ends with its own term
only: club
| when             | what                                  | then                            |
| 2026-01-10 09:00 | purchase 100.00                       | club: guest -> member           |
| 2026-01-11 09:00 | override club extend until 2026-09-01 |                                 |
| 2026-01-12 09:00 | purchase 1000.00                      | club: member -> patron          |
| 2026-04-13       |                                       | club: patron -> member by clock |
| 2026-09-01       |                                       | club: member -> guest by clock after extend |
