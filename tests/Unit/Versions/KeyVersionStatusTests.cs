using AtpKeyserver.Versions;

namespace AtpKeyserver.Tests.Unit.Versions;

public sealed class KeyVersionStatusTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_version_was_revoked_when_its_successor_was_created()
    {
        var listed = KeyVersionStatus.Of([Version(1), Version(2), Version(3)], active: 3);
        Assert.Equal(
            [
                new KeyVersionStatus(3, Start.AddDays(3), null, null),
                new KeyVersionStatus(2, Start.AddDays(2), Start.AddDays(3), null),
                new KeyVersionStatus(1, Start.AddDays(1), Start.AddDays(2), null),
            ],
            listed);
    }

    [Fact]
    public void Exactly_one_version_is_active_when_a_rotation_came_between_two_reads() =>
        Assert.Equal(2, Assert.Single(KeyVersionStatus.Of([Version(1), Version(2), Version(3)], active: 2), v => v.RevokedAt is null).Version);

    private static KeyVersion Version(int number) => new(number, Start.AddDays(number), []);
}
