namespace AtpKeyserver.Client;

/// <summary>What runs at an address.</summary>
/// <param name="Name">Of the software.</param>
/// <param name="Version">Of the software.</param>
public sealed record ServerProduct(string Name, string Version);
