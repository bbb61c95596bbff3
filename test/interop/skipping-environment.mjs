// Jest decides what is skipped before anything has run; here a test of a sender that cannot run on this machine is skipped when its turn comes.
import { TestEnvironment } from 'jest-environment-node';

export default class SkippingEnvironment extends TestEnvironment {
  handleTestEvent({ name, test }) {
    if (name === 'test_start' && this.global.skippedTests?.has(test.name)) test.mode = 'skip';
  }
}
