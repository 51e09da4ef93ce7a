using System.Net;

namespace Parley.Server.Protocols;

/// <summary>What a client without a name is called: its address.</summary>
internal static class ClientAddress
{
    public static string Of(IPAddress? address)
        => address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
