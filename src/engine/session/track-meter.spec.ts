import { TrackMeter } from './track-meter.js';

describe('TrackMeter', () => {
  it('knows no rate before the second reading', () => {
    expect(new TrackMeter().read(10, 1000, 0)).toEqual({ framesPerSecond: 0, bitrateBps: 0 });
  });

  it('tells frames and bits per second of the time between two readings', () => {
    const meter = new TrackMeter();
    meter.read(10, 1000, 0);

    expect(meter.read(40, 2000, 2000)).toEqual({ framesPerSecond: 15, bitrateBps: 4000 });
  });
});
