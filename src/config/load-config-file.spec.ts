import { ConfigFolder } from './testing/config-folder.js';

const folder = new ConfigFolder();

describe('the file of the configuration', () => {
  it('may be named by AIRCHECK_CONFIG', () => {
    folder.write('other.toml', '[log]\nlevel = "warn"');

    expect(folder.load({ AIRCHECK_CONFIG: 'other.toml' }).config.log.level).toBe('warn');
  });

  it('must exist when it was named', () => {
    expect(folder.problems({ AIRCHECK_CONFIG: 'absent.toml' })).toEqual([
      'The configuration file absent.toml cannot be read (ENOENT).',
    ]);
  });

  it('must be TOML', () => {
    expect(folder.problems({}, '[http]\nlisten = \n')[0]).toMatch(/^aircheck\.toml, line 2, column \d+: /);
  });

  it('takes a whole live777.toml with one warning for each key that does nothing yet', () => {
    const { config, warnings } = folder.load(
      {},
      `
      ice_servers = [{ urls = ["stun:stun.example.org:3478"] }]
      [http]
      listen = "127.0.0.1:7000"
      [strategy]
      each_stream_max_sub = 10
      auto_create_whip = true
      cascade_push_close_sub = true
      [recorder]
      auto_streams = ["cam*"]
      max_recording_seconds = 3600
      index_path = "./index"
      [stream."a.b"]
      on_demand = true
      sources = [{ url = "wheps://abc@example.org/whep/cam" }]
      [stream."a.b".channel]
      listen = "127.0.0.1:7000"
      target = "127.0.0.1:7001"
      [stream.c.hooks]
      on_publish_started = ["./started"]
      [stream.d]
      [[nodes]]
      alias = "one"
    `,
    );

    expect(config.recorder).toMatchObject({ auto_streams: ['cam*'], max_recording_seconds: 3600 });
    expect(config.strategy).toMatchObject({
      each_stream_max_sub: 10,
      auto_delete_whep: -1,
      cascade_push_close_sub: true,
    });
    expect(config.stream).toEqual({
      'a.b': {
        strategy: {},
        hooks: {},
        sources: [{ url: 'wheps://abc@example.org/whep/cam' }],
        on_demand: true,
        channel: { listen: '127.0.0.1:7000', target: '127.0.0.1:7001' },
      },
      c: { strategy: {}, hooks: { on_publish_started: ['./started'] } },
      d: { strategy: {}, hooks: {} },
    });
    expect(warnings).toEqual(
      ['recorder.index_path', 'nodes'].map((key) => `${key} is not supported yet and has no effect.`),
    );
  });

  it.each([
    ['of another kind', '{ url = "rtsp://camera" }'],
    ['that a file describes', '{ url = "file:///a.sdp" }'],
    ['beside another one', '{ url = "whep://a/whep/x" }, { url = "whep://b/whep/x" }'],
  ])('refuses a source %s', (_what, source) => {
    expect(folder.problems({}, `[stream.cam]\nsources = [${source}]`)[0]).toContain(
      'RTSP, SDP files and capture are not read',
    );
  });

  it.each([
    ['[stream.cam]\nsources = [{ url = "rtsp://camera" }]', 'stream.cam.sources'],
    ['[stream.a]\n[[stream."b.c".sources]]\nurl = "file:///a.sdp"', 'stream.b.c.sources'],
    ['[stream.cam]\nsources = [{ url = "whep://a/whep/x", secret = 1 }]', 'stream.cam.sources'],
    ['[stream.cam.hooks]\ntimeout_ms = 5', 'stream.cam.hooks.timeout_ms'],
    ['[stream.cam]\nguess = 5', 'stream.cam'],
  ])('says of which stream something is wrong, and what: %j', (file, place) => {
    const [problem, ...others] = folder.problems({}, file);

    expect(problem).toMatch(
      new RegExp(`^${place.replaceAll('.', '\\.')} is \\(hidden\\) and must be tables by the names`),
    );
    expect(others).toEqual([]);
  });

  it('takes the uploader of live777 as it is configured there', () => {
    const { config, warnings } = folder.load(
      { AIRCHECK_RECORDER_UPLOAD_LOCAL_DIR: './live' },
      '[recorder.upload]\nenabled = true\nliveman_url = "http://manager:8888"\nliveman_token = "t"\ninterval_ms = 2000',
    );

    expect(config.recorder.spool_dir).toBe('./live');
    expect(warnings).toEqual([
      'recorder.upload.local_dir is taken for recorder.spool_dir.',
      'Without effect, since what is to be uploaded stands in the database: recorder.upload.interval_ms.',
    ]);
  });

  it('refuses an uploader that contradicts itself', () => {
    const file = '[recorder]\nspool_dir = "./a"\n[recorder.upload]\nenabled = true\nlocal_dir = "./b"';

    expect(folder.problems({}, file)).toEqual([
      'recorder.upload.local_dir and recorder.spool_dir name different folders: remove one of the two.',
      'recorder.upload.liveman_url is missing: recorder.upload.enabled needs it.',
    ]);
  });

  it.each([
    ['[recorder]\nsegmnt = 3', 'recorder.segmnt is not a setting.'],
    ['[strategy]\nguess = 3', 'strategy.guess is not a setting.'],
    ['other = 1', 'other is not a setting.'],
    ['http = 5', 'http must be a table of settings.'],
  ])('is refused with a key that nobody knows: %j', (file, problem) => {
    expect(folder.problems({}, file)).toEqual([problem]);
  });
});
