namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>
/// Test classes that neither kill nor tamper share two running keyservers, because a stack takes seconds to start.
/// </summary>
public static class SharedKeyserver
{
    /// <summary>For the protocol: routes, tokens, bodies, headers.</summary>
    public const string OfProtocol = "Keyserver of the protocol";

    /// <summary>For features: groups, members, keypairs, deletion.</summary>
    public const string OfFeatures = "Keyserver of features";

    [CollectionDefinition(OfProtocol)]
    public sealed class Protocol : ICollectionFixture<KeyserverFixture>;

    [CollectionDefinition(OfFeatures)]
    public sealed class Features : ICollectionFixture<KeyserverFixture>;
}
