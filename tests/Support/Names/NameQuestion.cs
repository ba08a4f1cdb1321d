using System.Net.Sockets;

namespace AtpKeyserver.Tests.Support.Names;

/// <summary>A query for the addresses of one family.</summary>
public sealed record NameQuestion(string Host, AddressFamily Family);
