/** One way to hash passwords. Hashes say by which one, and how expensively, they were made. */
export interface PasswordAlgorithm {
  /**
   * @param password normalised
   * @returns text to store, with salt and parameters in it (PHC string format)
   */
  hash(password: string): Promise<string>
  /**
   * @param password normalised
   * @param stored a hash of this algorithm
   * @throws {CorbelError} CORBEL_PASSWORD_HASH_INVALID
   */
  verify(password: string, stored: string): Promise<boolean>
  /** Whether a hash of this algorithm was made with other parameters than the present ones. */
  needsRehash(stored: string): boolean
}
