using Parley.Server.Configuration;

namespace Parley.Server.Tests.Configuration;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Later_sources_are_stronger_and_every_value_knows_its_source()
    {
        _folder.Write("config.json", """{"server":{"port":1001,"max_connections":7},"funasr":{"ncpu":1},"logging":{"level":"error"},"transcription":{"max_queue_size":3}}""");
        _folder.Write(".env", "FUNASR_SERVER_PORT=1003\nexport FUNASR_NCPU = '3' # threads\nFUNASR_MAX_QUEUE_SIZE=4\n");

        EffectiveConfiguration read = Read(
            [("FUNASR_PROFILE", "mac_dev"), ("FUNASR_NCPU", "2")], [new CommandLineValue("server.host", "127.0.0.1", "--host")]);

        read.Errors.ShouldBeEmpty();
        Row(read, "server.max_connections").ShouldBe(("7", "config.json"));
        Row(read, "logging.level").ShouldBe(("DEBUG", "profile mac_dev"));
        Row(read, "server.port").ShouldBe(("1003", "FUNASR_SERVER_PORT of .env"));
        Row(read, "funasr.ncpu").ShouldBe(("2", "FUNASR_NCPU"));
        Row(read, "transcription.max_queue_size").ShouldBe(("4", "FUNASR_MAX_QUEUE_SIZE of .env"));
        Row(read, "server.host").ShouldBe(("127.0.0.1", "--host"));
        Row(read, "auth.algorithm").ShouldBe(("HS256", "default"));
        read.Notes.ShouldContain(note => note.Contains("Profile mac_dev") && note.Contains("server.port 1001 -> 8867") && note.Contains("logging.level ERROR -> DEBUG"));
    }

    [Fact]
    public void All_mistakes_of_a_file_are_told_at_once_with_key_finding_and_what_is_allowed()
    {
        string file = _folder.Write("mine.json", """
            {"server":{"port":70000,"temp_dir":"","allowed_extensions":[1]},"transcription":{"max_concurrent_tasks":0,"concurrency_mode":"threads","default_engine":"whisper"},
             "logging":{"level":"LOUD","rotation":"big"},"auth":{"enabled":"perhaps"},"notification":"no","observability":{"otlp_endpoint":"localhost:4318"}}
            """);

        EffectiveConfiguration read = Read(file: file);

        read.Errors.Count.ShouldBe(11);
        read.Errors.ShouldContain($"{file}: server.port must be a whole number from 1 to 65535, found 70000.");
        read.Errors.ShouldContain($"{file}: transcription.concurrency_mode must be pool or lock, found \"threads\".");
        read.Errors.ShouldContain($"{file}: notification must be an object of keys, found string.");
        foreach (string key in new[] { "temp_dir", "allowed_extensions", "max_concurrent_tasks", "default_engine", "logging.level", "rotation", "auth.enabled", "otlp_endpoint" })
            read.Errors.ShouldContain(error => error.Contains(key), key);
    }

    [Fact]
    public void Variables_that_do_not_convert_are_reported_and_skipped()
    {
        EffectiveConfiguration read = Read([("FUNASR_SERVER_PORT", "many"), ("FUNASR_CACHE_CROSS_ENGINE", "off"), ("FUNASR_METRICS_ENABLED", "YES"), ("FUNASR_WEBHOOK_URL", "secret-but-no-address")]);

        read.Options.Server.Port.ShouldBe(8767);
        read.Options.Transcription.CacheCrossEngine.ShouldBeFalse();
        read.Options.Observability.MetricsEnabled.ShouldBeTrue();
        read.Warnings.ShouldContain("The environment variable FUNASR_SERVER_PORT is ignored: expected a whole number from 1 to 65535, found 'many'.");
        read.Warnings.ShouldContain(warning => warning.Contains("FUNASR_WEBHOOK_URL"));
        string.Join(' ', read.Warnings).ShouldNotContain("secret-but-no-address");
    }

    [Fact]
    public void Unknown_names_are_reported_with_the_nearest_known_one()
    {
        _folder.Write("config.json", """{"_comment":1,"server":{"prot":1,"_comment_x":{"y":2}},"transcriptoin":{},"funasr":{"devise":"cpu"}}""");

        EffectiveConfiguration read = Read([("FUNASR_SERVER_PROT", "1"), ("FUNASR_RUNTIME", "cpu"), ("FUNASR_PROFILE", "amiga")]);

        read.Warnings.ShouldContain(warning => warning.Contains("server.prot ") && warning.Contains("Did you mean server.port?"));
        read.Warnings.ShouldContain(warning => warning.Contains("transcriptoin ") && warning.Contains("Did you mean transcription?"));
        read.Warnings.ShouldContain(warning => warning.Contains("funasr.devise ") && warning.Contains("Did you mean funasr.device?"));
        read.Warnings.ShouldContain(warning => warning.Contains("FUNASR_SERVER_PROT ") && warning.Contains("FUNASR_SERVER_PORT?"));
        read.Warnings.ShouldContain(warning => warning.Contains("no profile 'amiga'") && warning.Contains("mac_prod"));
        read.Warnings.Count.ShouldBe(6); // and the missing webhook
    }

    [Fact]
    public void File_of_the_seeds_is_taken_as_it_is()
    {
        _folder.Write("config.json", """
            {"server":{"host":"0.0.0.0","port":8767,"max_connections":100,"connection_timeout_seconds":300,"heartbeat_interval_seconds":60},
             "funasr":{"model":"paraformer-zh","model_revision":"v2.0.4","vad_model":"fsmn-vad","device":"auto","disable_update":true,"disable_pbar":true},
             "transcription":{"max_concurrent_tasks":4,"load_balancing_enabled":true,"default_engine":"qwen3","qwen3_pool_size":3,"concurrency_mode":"thread_pool"},
             "qwen3":{"num_threads":8,"provider":"cpu"},"logging":{"format":"{time} | {level} | {message}","rotation":"100 MB","retention":"7 days"}}
            """);

        EffectiveConfiguration read = Read();

        read.Errors.ShouldBeEmpty();
        read.Options.Transcription.ConcurrencyMode.ShouldBe(ConcurrencyMode.Lock);
        read.Options.Transcription.DefaultEngine.ShouldBe("funasr");
        read.Options.Server.ConnectionTimeoutSeconds.ShouldBe(300);
        read.Warnings.Count.ShouldBe(4); // thread_pool, qwen3, no webhook, models that are not installed
        read.Notes.ShouldContain(note => note.Contains("funasr.disable_update, funasr.disable_pbar ("));
        read.Notes.ShouldContain(note => note.Contains("transcription.qwen3_pool_size, qwen3.num_threads, qwen3.provider (belongs to the engine qwen3"));
    }

    [Fact]
    public void Broken_default_file_means_defaults_and_a_broken_named_one_is_an_error()
    {
        Read().Warnings.ShouldNotContain(warning => warning.Contains("config.json"));
        _folder.Write("config.json", "{");
        EffectiveConfiguration found = Read(), named = Read(file: _folder["config.json"]);

        found.Errors.ShouldBeEmpty();
        found.Warnings.ShouldContain(warning => warning.StartsWith("config.json in this directory is ignored"));
        found.Options.Server.Port.ShouldBe(8767);
        named.Errors.ShouldHaveSingleItem().ShouldStartWith("Cannot read the configuration");
        Read(file: _folder["nowhere.json"]).Errors.ShouldHaveSingleItem().ShouldContain("nowhere.json");
    }

    [Fact]
    public void Data_directory_moves_what_no_key_moves()
    {
        string file = _folder.Write("c.json", """{"server":{"upload_dir":"mine"}}""");

        EffectiveConfiguration read = ConfigurationReader.Read(new ConfigurationRequest
        {
            File = file,
            WorkingDirectory = _folder.Root,
            DataDirectory = _folder["all"],
            Variables = new Dictionary<string, string> { ["FUNASR_LOG_DIR"] = "elsewhere" },
        });

        read.Options.Database.Path.ShouldBe(_folder["all/parley.db"]);
        read.Options.Server.TempDir.ShouldBe(_folder["all/temp"]);
        read.Options.Server.UploadDir.ShouldBe(_folder["mine"]);
        read.Options.Logging.LogDir.ShouldBe(_folder["elsewhere"]);
        read.SourceOf("database.path").ShouldBe("--data-dir");
        Read([("FUNASR_DATA_DIR", _folder["db"])]).Options.Database.Path.ShouldBe(_folder["db/parley.db"]);
    }

    [Theory]
    [InlineData("""{"auth":{"enabled":true}}""", "placeholder")]
    [InlineData("""{"auth":{"enabled":true,"allow_default_key":true}}""", null)]
    [InlineData("""{"auth":{"enabled":true,"secret_key":"a key that is long enough"}}""", null)]
    [InlineData("""{"auth":{"enabled":false}}""", null)]
    public void Authentication_needs_a_key_of_its_own(string contents, string? expected)
    {
        EffectiveConfiguration read = Read(file: _folder.Write("c.json", contents));
        if (expected is null)
            read.Errors.ShouldBeEmpty();
        else
            read.Errors.ShouldHaveSingleItem().ShouldContain(expected);
    }

    [Fact]
    public void Secrets_are_masked_wherever_values_are_shown()
    {
        EffectiveConfiguration read = Read([("FUNASR_AUTH_SECRET_KEY", "hidden-one"), ("FUNASR_METRICS_TOKEN", "hidden-two"), ("WEBHOOK_URL", "https://example.org/?key=hidden-three")]);

        read.Options.Auth.SecretKey.ShouldBe("hidden-one");
        read.Options.Notification.Enabled.ShouldBeTrue();
        Row(read, "notification.webhook_url").ShouldBe(("********", "WEBHOOK_URL"));
        string.Join(' ', read.Rows()).ShouldNotContain("hidden");
    }

    [Theory]
    [InlineData("rotation", "\"1 GB\"", "1024 MB")]
    [InlineData("rotation", "\"500 KB\"", "1 MB")]
    [InlineData("rotation", "20", "20 MB")]
    [InlineData("retention", "\"2 weeks\"", "14 days")]
    [InlineData("retention", "\"1 month\"", "30 days")]
    [InlineData("level", "\"warn\"", "WARNING")]
    public void Sizes_ages_and_levels_have_several_spellings(string key, string written, string shown)
        => Row(Read(file: _folder.Write("c.json", $$$"""{"logging":{"{{{key}}}":{{{written}}}}}""")), $"logging.{key}").Value.ShouldBe(shown);

    private static (string Value, string Source) Row(EffectiveConfiguration read, string key)
    {
        (_, string value, string source) = read.Rows().Single(row => row.Key == key);
        return (value, source);
    }

    private EffectiveConfiguration Read((string Name, string Value)[]? variables = null, CommandLineValue[]? commandLine = null, string? file = null) => ConfigurationReader.Read(new ConfigurationRequest
    {
        File = file,
        WorkingDirectory = _folder.Root,
        Variables = (variables ?? []).ToDictionary(variable => variable.Name, variable => variable.Value),
        CommandLine = commandLine ?? [],
    });
}
