using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Tests that share one Azurite, each with tables of its own.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
