using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Tests that share one Azurite and have their own tables.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
