using System.ComponentModel;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.Server.Webhooks;

namespace Parley.Server.Tests.Webhooks;

/// <summary>The samples of docs/webhooks.md against real messages.</summary>
public sealed partial class WebhookDocumentTests
{
    private const string Judge = """

        import json, sys
        print([verify(case["secret"], case["headers"], case["body"].encode()) for case in json.loads(sys.argv[1])])
        """;

    [Fact]
    public async Task Samples_take_what_is_sent_and_nothing_else()
    {
        string document = await File.ReadAllTextAsync(Path.Combine(TestPaths.Root, "docs", "webhooks.md"), TestContext.Current.CancellationToken);
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();
        using WebhookTransport transport = new(allowPrivate: true, TimeProvider.System);
        List<(string Secret, ReceivedHook Hook, string Body)> cases = [];
        foreach (string secret in (string[])[WebhookHarness.Secret, "a text of 24 bytes or more"])
        {
            await transport.SendAsync(Guid.NewGuid(), receiver.Address, "{\"name\": \"会议\"}"u8.ToArray(), WebhookSecret.Parse(secret)!, CancellationToken.None);
            ReceivedHook hook = receiver.Received[^1];
            string body = Encoding.UTF8.GetString(hook.Body);
            cases.AddRange([(secret, hook, body), (secret, hook, body + " "), (secret + "////", hook, body)]);
        }

        cases.Select(item => WebhookVerification.Verify(
                item.Secret, item.Hook.Id, item.Hook.Headers["webhook-timestamp"], item.Hook.Headers["webhook-signature"], Encoding.UTF8.GetBytes(item.Body)))
            .ShouldBe([true, false, false, true, false, false]);
        string program = await File.ReadAllTextAsync(Path.Combine(TestPaths.Root, "tests", "Parley.Server.Tests", "Webhooks", "WebhookVerification.cs"), TestContext.Current.CancellationToken);
        program.ShouldEndWith(Sample(document, "csharp"));

        (int status, string output, string trouble) = await RunPythonAsync(
            Sample(document, "python") + Judge,
            JsonSerializer.Serialize(cases.Select(item => new { secret = item.Secret, headers = item.Hook.Headers.ToDictionary(pair => pair.Key.ToLowerInvariant(), pair => pair.Value), body = item.Body })));
        status.ShouldBe(0, trouble);
        output.ShouldBe("[True, False, False, True, False, False]");
    }

    private static string Sample(string document, string language) => Blocks().Matches(document).Single(match => match.Groups[1].Value == language).Groups[2].Value;

    private static async Task<(int Status, string Output, string Trouble)> RunPythonAsync(string program, string argument)
    {
        try
        {
            return await NodeFolder.RunAsync("python3", ["-c", program, argument], TestPaths.Root);
        }
        catch (Win32Exception)
        {
            Assert.Skip("Python is not installed.");
            throw;
        }
    }

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
