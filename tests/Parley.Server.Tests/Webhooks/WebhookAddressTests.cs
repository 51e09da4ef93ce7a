using System.Net;
using Parley.Server.Webhooks;

namespace Parley.Server.Tests.Webhooks;

public sealed class WebhookAddressTests
{
    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    [InlineData("64:ff9b::5db8:d822", true)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.8.9.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("64:ff9b:1::a00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_the_open_internet_are_public(string address, bool isPublic)
        => PublicAddress.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("https://example.com/hook?key=1", null)]
    [InlineData("http://93.184.216.34:8080/", null)]
    [InlineData("ftp://example.com/", "https://")]
    [InlineData("/hook", "https://")]
    [InlineData("https://", "https://")]
    [InlineData("https://exa mple.com/", "https://")]
    [InlineData("https://example.com/\r\nx: y", "https://")]
    [InlineData("https://anna:secret@example.com/", "user name")]
    [InlineData("https://example.com/#top", "#")]
    [InlineData("http://localhost/", "private network")]
    [InlineData("http://a.localhost./", "private network")]
    [InlineData("http://127.1/", "private network")]
    [InlineData("http://0x7f000001/", "private network")]
    [InlineData("http://2130706433/", "private network")]
    [InlineData("http://0/", "private network")]
    [InlineData("http://[::ffff:127.0.0.1]/", "private network")]
    [InlineData("http://[::1]/", "private network")]
    public void Address_is_judged_when_it_is_given(string address, string? problem)
    {
        if (problem is null)
            WebhookAddress.Problem(address, allowPrivate: false).ShouldBeNull();
        else
            WebhookAddress.Problem(address, allowPrivate: false).ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void Address_has_a_longest_length()
        => WebhookAddress.Problem("https://example.com/" + new string('x', WebhookAddress.MaxLength), allowPrivate: true).ShouldNotBeNull().ShouldContain("2048");

    /// <summary>What was fine as a name is judged once more by where it leads.</summary>
    [Fact]
    public async Task Name_that_leads_into_a_private_network_is_refused_at_the_connection()
    {
        await using StandInReceiver receiver = await StandInReceiver.StartAsync();
        string url = receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        WebhookSecret secret = WebhookSecret.Parse(new string('k', 24))!;
        using WebhookTransport closed = new(allowPrivate: false, TimeProvider.System), open = new(allowPrivate: true, TimeProvider.System);

        WebhookAnswer refused = await closed.SendAsync(Guid.NewGuid(), url, [1], secret, CancellationToken.None);
        (refused.IsDelivered, refused.Status).ShouldBe((false, null));
        refused.Error.ShouldNotBeNull().ShouldContain("webhooks.allow_private_networks");
        receiver.Received.ShouldBeEmpty();

        (await open.SendAsync(Guid.NewGuid(), url, [1], secret, CancellationToken.None)).IsDelivered.ShouldBeTrue();
    }

    [Theory]
    [InlineData("short", false)]
    [InlineData("a text of twenty-four byt", true)]
    [InlineData("whsec_c2hvcnQ=", false)]
    [InlineData("whsec_not base64 at all, though long", false)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true)]
    public void Secret_has_enough_bytes(string text, bool isFine) => (WebhookSecret.Parse(text) is not null).ShouldBe(isFine);

    /// <summary>The example of the Standard Webhooks specification.</summary>
    [Fact]
    public void Signature_is_that_of_the_specification()
        => WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!
            .Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"u8)
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
