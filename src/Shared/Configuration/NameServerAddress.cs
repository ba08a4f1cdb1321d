using System.Net;

namespace AtpKeyserver.Configuration;

/// <summary>Parses the name-server setting.</summary>
internal static class NameServerAddress
{
    private const int DefaultPort = 53;

    /// <summary>Parses <c>{address}</c> or <c>{address}:{port}</c>; null if invalid.</summary>
    public static IPEndPoint? Find(string text) =>
        IPEndPoint.TryParse(text, out var server)
            ? new IPEndPoint(server.Address, server.Port == 0 ? DefaultPort : server.Port)
            : null;
}
