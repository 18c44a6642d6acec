// Reads every document of a panel with @iptv/xtream-api in each of its forms, and prints what it has made of them, as JSON.

import { Xtream } from "@iptv/xtream-api";
import { camelCaseSerializer } from "@iptv/xtream-api/camelcase";
import { JSONAPISerializer } from "@iptv/xtream-api/jsonapi";
import { standardizedSerializer } from "@iptv/xtream-api/standardized";

const [url, username, password, channelId, movieId, showId] = process.argv.slice(-6);

async function documents(serializer) {
  const panel = new Xtream({ url, username, password, preferredFormat: "ts", serializer });
  return {
    profile: await panel.getProfile(),
    server: await panel.getServerInfo(),
    channelCategories: await panel.getChannelCategories(),
    movieCategories: await panel.getMovieCategories(),
    showCategories: await panel.getShowCategories(),
    channels: await panel.getChannels(),
    movies: await panel.getMovies(),
    movie: await panel.getMovie({ movieId }),
    shows: await panel.getShows(),
    show: await panel.getShow({ showId }),
    short: await panel.getShortEPG({ channelId }),
    full: await panel.getFullEPG({ channelId }),
  };
}

async function refusal(ask) {
  try {
    return await ask();
  } catch (error) {
    return error.message;
  }
}

const bare = await documents();
const panel = new Xtream({ url, username, password });
const found = {
  none: {
    profile: bare.profile.username,
    server: bare.server.url,
    categories: [bare.channelCategories.length, bare.movieCategories.length, bare.showCategories.length],
    channels: bare.channels.map((channel) => channel.url),
    movies: bare.movies.map((movie) => movie.url),
    movie: [bare.movie.info.name, bare.movie.url],
    shows: bare.shows.map((show) => show.name),
    show: [bare.show.info.name, Object.values(bare.show.episodes).flat().map((episode) => episode.url)],
    short: bare.short.epg_listings.length,
    full: bare.full.epg_listings.length,
    missing: [
      await refusal(() => panel.getMovie({ movieId: 987654 })),
      await refusal(() => panel.getShow({ showId: 987654 })),
    ],
  },
};
const forms = { camelcase: camelCaseSerializer, standardized: standardizedSerializer, jsonapi: JSONAPISerializer };
for (const [form, serializer] of Object.entries(forms)) {
  const read = await documents(serializer);
  found[form] = { read: Object.values(read).filter((document) => document).length, show: read.show };
}
console.log(JSON.stringify(found));
