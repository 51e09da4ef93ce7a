using System.Net;
using System.Net.Sockets;
using Parley.Server.Configuration;

namespace Parley.Server.Hosting;

/// <summary>What <c>server.host</c> means.</summary>
internal static class ListenAddress
{
    /// <summary>The addresses to listen on: one, or all that a name stands for.</summary>
    /// <exception cref="StartupException">The name stands for none.</exception>
    public static IReadOnlyList<IPAddress> Resolve(string host)
    {
        if (host is "" or "*" or "+")
            return [IPAddress.Any];
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
            return [address];
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
            return [IPAddress.Loopback];
        try
        {
            IPAddress[] addresses = Dns.GetHostAddresses(host);
            if (addresses.Length > 0)
                return addresses;
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw Unknown(host, error);
        }

        throw Unknown(host, null);
    }

    /// <summary>Whether only programs of this machine can reach it.</summary>
    public static bool IsLoopback(string host) => !ConfigurationCheck.IsEverywhere(host) && Resolve(host).All(IPAddress.IsLoopback);

    /// <summary>What people on this machine type to reach it.</summary>
    public static string ForPeople(string host, int port)
    {
        string name = ConfigurationCheck.IsEverywhere(host) ? "127.0.0.1" : host;
        return name.Contains(':', StringComparison.Ordinal) && !name.StartsWith('[') ? $"[{name}]:{port}" : $"{name}:{port}";
    }

    private static StartupException Unknown(string host, Exception? error)
        => new($"server.host: '{host}' is no address of this machine. Use 0.0.0.0 for all addresses or 127.0.0.1 for this machine alone.", error);
}
