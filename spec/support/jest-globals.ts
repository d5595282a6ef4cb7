/** What `import { … } from '@jest/globals'` gives: Vitest's functions under Jest's names. */
export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi as jest } from 'vitest'
