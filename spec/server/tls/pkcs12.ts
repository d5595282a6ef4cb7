/**
 * A key and its certificate (CN=pkcs12, valid until 2126) as PKCS#12 with the passphrase `secret`, which Node can read and not
 * make: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem -days 36500 -subj /CN=pkcs12`
 * and `openssl pkcs12 -export -inkey k.pem -in c.pem -passout pass:secret`.
 */
export const PKCS12 = Buffer.from(
  [
    'MIIEDAIBAzCCA8IGCSqGSIb3DQEHAaCCA7MEggOvMIIDqzCCAmIGCSqGSIb3DQEHBqCCAlMwggJPAgEAMIICSAYJKoZIhvcNAQcB',
    'MFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgkoS3wtbmH+AICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEDII',
    'bKCmhhobrYrjT/7y8v6AggHgpxH+RwgL6v1ip1MuNtqhnTGiENMsewiwydy/nqDFgG0ofMI274cvUFqVWYPiDPJ8mbReTpv9qcPv',
    'SOUWCjNY2KaHs0RUA3OsHPCol02Ziv9wRBe+SoGlJLGWvSaDIyvlOTRfYGWOztZuVgHp9ERhh+Q2qQeR05Gk/ysMKCo/amRWMunH',
    'GC7HKbScG7rptPAvfvtu12osu5QVfXIYF6qcRlelpdJ3jWQJSxLJ/y5yV8enC4Ma37P3aL808pndqbWHD6w/BJgRPsDk2cAM9FDn',
    'RkLm4tkwPEA8ruN9quOyB0PeZGQ1npK500AVlokfk1XFkd+Xz24XUDpwMVb1LU8DQGtWXCn/YfGjdv5rHJKZ4e7RnuB/98+iqH3B',
    'U2LutciWEUQYpTV5G2w/YZJPClBYGH9KGXIGMGB20daPS0Ui0OiBCD010r00HRCb2E5H2uG3JpxFiaiXFRF18fmzZhZzYkbLCHT3',
    '9arj/RDbB28qHH+DCdXceF72Vh6GWnnB510lKrpOhawyVoudT9CKpwFC0jQs0chheY4H4YeLLvqMyRNRvz+umqUx15NSJ3u1ixQx',
    'eUFS6L5X+XOZ/4qOHY//to8mTzhYd1TvcizuTFykyP5cXlahjMLYxyPu2lIhPTEWMIIBQQYJKoZIhvcNAQcBoIIBMgSCAS4wggEq',
    'MIIBJgYLKoZIhvcNAQwKAQKgge8wgewwVwYJKoZIhvcNAQUNMEowKQYJKoZIhvcNAQUMMBwECDVQkVuXfz/GAgIIADAMBggqhkiG',
    '9w0CCQUAMB0GCWCGSAFlAwQBKgQQaFYeR+5xam7H8Rni6YmqkQSBkIP+cHpQ74iPvx7WjJ77sdLkCp5czj1v7eqaG4mxqfZcnk5w',
    'a0+iBYI0W9cpVvsny0Tp8sxZEEGNai2s6NkvUCvwAkSN76A8Ql412oWOe2c/+Ojo7533WqrpVbu2TS0ae0FDsmpmCPeYsrjtTt9I',
    'aot0lNKbIoCAgcgcV2rJ+xcbM8m4By8w948A0ZfpSq+EAzElMCMGCSqGSIb3DQEJFTEWBBRHM+YH5W6iCSDMdPjyrV37v5C0AzBB',
    'MDEwDQYJYIZIAWUDBAIBBQAEIEGQOxlpgzUNG6pOYV1+Ilx19KiFyVcEz1FmlG0mbrNPBAgsW8WxMqoqnAICCAA=',
  ].join(''),
  'base64',
)
