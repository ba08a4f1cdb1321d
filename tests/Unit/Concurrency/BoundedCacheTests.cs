using AtpKeyserver.Concurrency;

namespace AtpKeyserver.Tests.Unit.Concurrency;

public class BoundedCacheTests
{
    [Fact]
    public void Never_exceeds_its_capacity()
    {
        var cache = new BoundedCache<int, string>(100);
        for (var i = 0; i < 10_000; i++)
            cache.Set(i, "a");

        Assert.InRange(Enumerable.Range(0, 10_000).Count(i => cache.Find(i) is not null), 50, 100);
        Assert.NotNull(cache.Find(9_999));
    }

    [Fact]
    public void Keeps_what_is_used()
    {
        var cache = new BoundedCache<int, string>(100);
        cache.Set(-1, "kept");
        for (var i = 0; i < 1_000; i++)
        {
            cache.Set(i, "a");
            Assert.Equal("kept", cache.Find(-1));
        }
    }

    [Fact]
    public void Replaces_a_value_in_either_generation()
    {
        var cache = new BoundedCache<int, string>(4);
        cache.Set(1, "old");
        cache.Set(2, "a"); // The young generation is full, so both are in the old one now.
        cache.Set(1, "new");

        Assert.Equal("new", cache.Find(1));
        cache.Set(3, "a");
        Assert.Equal("new", cache.Find(1));
    }

    [Fact]
    public async Task A_race_never_restores_an_older_value()
    {
        var cache = new BoundedCache<int, object>(64);
        var stop = false;
        var noise = Task.Run(() =>
        {
            for (var i = 1; !Volatile.Read(ref stop); i++)
                cache.Set(i % 500 + 1, new object());
        });
        var reader = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
                cache.Find(0);
        });
        for (var i = 0; i < 100_000; i++)
        {
            var value = (object)i;
            cache.Set(0, value);
            var found = cache.Find(0);
            Assert.True(found is null || found == value);
        }

        Volatile.Write(ref stop, true);
        await Task.WhenAll(noise, reader);
    }
}
