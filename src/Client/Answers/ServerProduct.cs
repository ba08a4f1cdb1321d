namespace AtpKeyserver.Client;

/// <summary>The server software at an address.</summary>
/// <param name="Name">The software's name.</param>
/// <param name="Version">The software's version.</param>
public sealed record ServerProduct(string Name, string Version);
