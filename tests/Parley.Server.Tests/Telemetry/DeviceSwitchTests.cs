using System.Net;
using System.Text;
using Parley.Server.Auth;
using Parley.Server.Configuration;
using Parley.Server.Tests.Hosting;

namespace Parley.Server.Tests.Telemetry;

public sealed class DeviceSwitchTests
{
    [Fact]
    public async Task Engine_is_moved_and_the_options_know_it()
    {
        await using RunningHost host = await RunningHost.StartAsync();

        using HttpResponseMessage answer = await PostAsync(host, """{"device":"cuda:1"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"device":"cuda:1"}""");
        host.Engine.Devices!.Device.ShouldBe("cuda:1");
        host.Current.Value.Funasr.Devices.Device.ShouldBe("cuda:1");
    }

    [Theory]
    [InlineData("""{"device":"gpu"}""", 400)]
    [InlineData("""{"device":5}""", 400)]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    [InlineData("", 400)]
    public async Task What_is_no_device_is_refused(string body, int expected)
    {
        await using RunningHost host = await RunningHost.StartAsync();
        ((int)(await PostAsync(host, body)).StatusCode).ShouldBe(expected);
        ((int)(await PostAsync(host, "device=cpu", type: "application/x-www-form-urlencoded")).StatusCode).ShouldBe(415);
        host.Engine.Devices.ShouldBeNull();
    }

    [Fact]
    public async Task Others_may_not()
    {
        const string key = "a secret of thirty-two characters or more";
        AuthOptions auth = new() { Enabled = true, SecretKey = key };
        await using RunningHost open = await RunningHost.StartAsync(), everywhere = await RunningHost.StartAsync(options => options with { Server = options.Server with { Host = "0.0.0.0" } }),
            withToken = await RunningHost.StartAsync(options => options with { Observability = new ObservabilityOptions { MetricsToken = "t" } }),
            withUsers = await RunningHost.StartAsync(options => options with { Auth = auth });

        (await PostAsync(open, origin: "https://elsewhere.example")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(open, name: "rebound.example")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(everywhere)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(withToken)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(withToken, token: "t")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(withUsers)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(withUsers, token: "nonsense")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(withUsers, token: new TokenIssuer(auth, TimeProvider.System).Issue("anna"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        RunningHost host, string body = """{"device":"cpu"}""", string type = "application/json", string? token = null, string? origin = null, string? name = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "admin/device") { Content = new StringContent(body, Encoding.UTF8, type) };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (name is not null)
            request.Headers.Host = name;
        return await host.Http.SendAsync(request);
    }
}
