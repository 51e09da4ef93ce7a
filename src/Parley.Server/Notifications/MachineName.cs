using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Parley.Server.Notifications;

/// <summary>How a machine introduces itself: <c>hostname (primary IPv4)</c>.</summary>
internal static class MachineName
{
    public static string Find() => $"{Environment.MachineName} ({PrimaryAddress() ?? IPAddress.Loopback})";

    // The interface that leads out of the machine, else any that is up.
    private static IPAddress? PrimaryAddress()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(item => item.OperationalStatus == OperationalStatus.Up && item.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .Select(item => item.GetIPProperties())
                .OrderByDescending(item => item.GatewayAddresses.Count > 0)
                .SelectMany(item => item.UnicastAddresses)
                .Select(item => item.Address)
                .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }
}
