using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Parley.Server.Tests.EndToEnd;

namespace Parley.Server.Tests.JobsApi.Uploads;

/// <summary>The official tus client for JavaScript against the program itself.</summary>
[Trait("Group", "e2e")]
public sealed class TusClientTests
{
    [Fact]
    public async Task Upload_survives_a_broken_connection_and_the_death_of_the_server()
    {
        string folder = await NodeFolder.InstallAsync(Path.Combine("JobsApi", "Uploads", "Node"));
        await using ServerProcess server = await ServerProcess.StartAsync(static config => config["transcription"]!["concurrency_mode"] = "lock");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new("node", ["client.mjs", server.Http.ToString(), TestPaths.Sample("interview.wav")])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process client = Process.Start(start)!;
        try
        {
            Task<string> trouble = client.StandardError.ReadToEndAsync(cancellationToken);
            (await client.StandardOutput.ReadLineAsync(cancellationToken)).ShouldBe("waiting");
            await server.KillAsync();
            await client.StandardInput.WriteLineAsync("on");
            await client.StandardInput.FlushAsync(cancellationToken);
            server.Launch();
            await server.WaitUntilReadyAsync();
            string output = await client.StandardOutput.ReadToEndAsync(cancellationToken);
            await client.WaitForExitAsync(cancellationToken);
            client.ExitCode.ShouldBe(0, await trouble + server.Log);

            JsonElement story = JsonDocument.Parse(output).RootElement;
            long[] heads = Numbers(story, "heads"), pieces = Numbers(story, "pieces");
            story.GetProperty("breaks").GetInt32().ShouldBe(1);
            heads.Length.ShouldBe(2);
            heads[0].ShouldBeGreaterThanOrEqualTo(300_000);
            heads[1].ShouldBeGreaterThanOrEqualTo(pieces[3], "nothing that was acknowledged is lost");
            JsonElement job = await CompletedAsync(server, story.GetProperty("job").GetString()!);
            job.GetProperty("size").GetInt64().ShouldBe(new FileInfo(TestPaths.Sample("interview.wav")).Length);
            job.GetProperty("speakers").GetInt32().ShouldBe(2);
        }
        finally
        {
            if (!client.HasExited)
                client.Kill();
        }
    }

    private static async Task<JsonElement> CompletedAsync(ServerProcess server, string path)
    {
        using HttpClient http = new() { BaseAddress = server.Http };
        JsonElement job = default;
        await Until.TrueAsync(
            async () =>
            {
                job = await http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
                return job.GetProperty("ended_at").ValueKind == JsonValueKind.String;
            },
            () => $"The job never ended: {job}\n{server.Log}");
        job.GetProperty("state").GetString().ShouldBe("completed", job.ToString());
        return job;
    }

    private static long[] Numbers(JsonElement story, string name) => [.. story.GetProperty(name).EnumerateArray().Select(item => item.GetInt64())];
}
