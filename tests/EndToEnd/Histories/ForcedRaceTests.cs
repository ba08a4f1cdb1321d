using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// Races that random histories find rarely, forced: something happens on the first instance exactly when the second one
/// is about to read a row, or has just written one.
/// </summary>
public sealed class ForcedRaceTests(HistoryKeyserver keyserver) : IClassFixture<HistoryKeyserver>
{
    private readonly Api _first = keyserver.Apis[0];
    private readonly Api _second = keyserver.Apis[1];
    private readonly string _alice = keyserver.Apis[0].NewAccount();
    private readonly string _bob = keyserver.Apis[0].NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task A_member_does_not_get_the_version_that_its_removal_creates()
    {
        await MakeAsync();
        var answer = await RaceAsync(
            () => _second.GetAsync("group.getKey", _bob, ("group_id", Group), ("version", "2")),
            "RowKey='v:",
            () => _first.PostAsync(
                "group.removeMember", _alice, new { group_id = Group, member_did = _bob, rotate = true }));
        answer.Is(404, "KeyVersionNotFound");
    }

    [Fact]
    public async Task The_read_that_creates_a_group_returns_what_it_created()
    {
        var answer = await RaceAsync(
            () => _second.GetAsync("group.getKey", _alice, ("group_id", Group)),
            "/$batch",
            () => _first.PostAsync("group.rotateKey", _alice, new { group_id = Group }),
            afterwards: true);
        Assert.Equal(1, answer.Ok().Int("version"));
    }

    [Fact]
    public async Task A_version_of_a_group_that_is_being_deleted_is_not_reported_as_missing()
    {
        await MakeAsync();
        (await _first.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Ok();
        var answer = await RaceAsync(
            () => _second.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "1")), "RowKey='v:",
            DeleteAsync);
        answer.Is(404, "GroupNotFound");
    }

    [Fact]
    public async Task A_member_of_a_group_that_is_being_deleted_is_not_reported_as_missing()
    {
        await MakeAsync();
        var answer = await RaceAsync(
            () => _second.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob }),
            "RowKey='m:",
            DeleteAsync);
        answer.Is(404, "GroupNotFound");
    }

    [Fact]
    public async Task A_delegate_of_a_group_that_is_being_deleted_is_not_reported_as_missing()
    {
        await MakeAsync();
        var permissions = new[] { "rotate_key" };
        (await _first.PostAsync(
            "group.addDelegate", _alice, new { group_id = Group, delegate_did = _bob, permissions })).Ok();
        var answer = await RaceAsync(
            () => _second.PostAsync("group.removeDelegate", _alice, new { group_id = Group, delegate_did = _bob }),
            "RowKey='d:",
            DeleteAsync);
        answer.Is(404, "GroupNotFound");
    }

    private async Task MakeAsync()
    {
        (await _first.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _first.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        (await _second.GetAsync("group.getKey", _bob, ("group_id", Group))).Ok();
    }

    private Task<Answer> DeleteAsync() => _first.PostAsync("group.delete", _alice, new { group_id = Group });

    /// <summary>Runs the callback once: before the first matching storage call, or after its response.</summary>
    private async Task<Answer> RaceAsync(
        Func<Task<Answer>> ask, string called, Func<Task<Answer>> happens, bool afterwards = false)
    {
        var left = 1;
        keyserver.Storages[1].Between = async (call, send) =>
        {
            if (!Uri.UnescapeDataString(call.RequestUri!.AbsoluteUri).Contains(called, StringComparison.Ordinal))
                return await send();
            var answer = afterwards ? await send() : null;
            // The log row of a read is also a transaction, and comes later.
            if ((!afterwards || (int)answer!.StatusCode == 202) && Interlocked.Exchange(ref left, 0) == 1)
                (await happens()).Ok();
            return answer ?? await send();
        };
        try
        {
            return await ask();
        }
        finally
        {
            keyserver.Storages[1].Between = null;
        }
    }
}
