using System.Net.Sockets;

namespace AtpKeyserver.Tests.Support.Names;

/// <summary>Asks a name server for the addresses of one family.</summary>
public sealed record NameQuestion(string Host, AddressFamily Family);
