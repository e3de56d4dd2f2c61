# Events of declared kinds count like those of the contract.
policy: kinds.toml

story: Declared numbers add up
| when             | what                            | then                             |
| 2026-01-10 09:00 | rating attrs.stars 5            | stars is 5                       |
|                  | rating                          | stars is 5                       |
| 2026-01-12 09:00 | rating attrs.stars 3            | praise: none -> fan, stars is 8  |
| 2026-01-13 09:00 | rating attrs.stars -1           | praise: fan -> none, stars is 7  |
| 2026-01-14 09:00 | rating attrs.stars 1            | praise: none -> fan, asked is 0  |
| 2026-01-20       |                                 | praise: fan -> none, stars is 3  |

story: Each kind is counted where it is named
| when             | what                            | then                             |
| 2026-01-10 09:00 | inquiry                         | asked is 1, stars is 0           |
|                  | visit                           | asked is 2                       |
|                  | view                            | asked is 2                       |
|                  | inquiry attrs.compensation 2.50 | asked is 3, paid_out is 2.50     |
|                  | rating attrs.compensation 2.50  | asked is 3, paid_out is 2.50     |

story: What could not be summed is refused
| when             | what                                     | then                 |
| 2026-01-10 09:00 | rating attrs.stars 9223372036854775807   | praise: none -> fan  |
|                  | visit attrs.stars 1                      | refused: bad_amount  |
|                  | rating attrs.stars -1                    | refused: bad_amount  |
|                  | rating attrs.stars 0                     |                      |
| 2026-01-20       |                                          | praise: fan -> none  |
