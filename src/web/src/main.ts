import {createPinia} from 'pinia';
import {createApp} from 'vue';
import App from './App.vue';
import {i18n, needWords} from './i18n';
import {router} from './router';
import {startLook} from './shell/look';
import './styles/tokens.css';
import './styles/ui.css';
import './styles/app.css';
import './styles/element.css';
import sprite from './ui/sprite.svg?raw';

document.body.insertAdjacentHTML('afterbegin', sprite);  // ours; one element, so that an icon is a short reference
startLook();
const app = createApp(App).use(createPinia()).use(i18n).use(router);
void needWords().then(() => app.mount('#app'));
