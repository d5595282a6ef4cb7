export {
  SecondFactor,
  type Enrolment,
  type SecondFactorOptions,
  type SecondFactorResult,
} from './second-factor.js'
export {
  MemorySecondFactorStore,
  type SecondFactorRecord,
  type SecondFactorStore,
} from './second-factor-store.js'
