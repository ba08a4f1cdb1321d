using System.Net;

namespace AtpKeyserver.Configuration;

/// <summary>The address of a name server, as settings have it.</summary>
internal static class NameServerAddress
{
    private const int DefaultPort = 53;

    /// <summary><c>{address}</c> or <c>{address}:{port}</c>; null if it is neither.</summary>
    public static IPEndPoint? Find(string text) =>
        IPEndPoint.TryParse(text, out var server)
            ? new IPEndPoint(server.Address, server.Port == 0 ? DefaultPort : server.Port)
            : null;
}
